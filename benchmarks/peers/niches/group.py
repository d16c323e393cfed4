"""Groups the search terms on standard input with raw-term cosine, in the peer's own environment; answers as JSON.

Character 3-grams within words, tf-idf (scikit-learn), the closest ten above a threshold (sparse_dot_topn, one
thread), connected components. Standard input: one line with the threshold, then one term a line.
"""

from __future__ import annotations

import json
import resource
import sys
from importlib.metadata import version

import numpy as np
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import TfidfVectorizer
from sparse_dot_topn import sp_matmul_topn


def main() -> None:
    threshold, *terms = sys.stdin.read().split("\n")
    started = read_cpu_seconds()
    rows = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), dtype=np.float32).fit_transform(terms)
    near = sp_matmul_topn(rows, rows.T.tocsr(), top_n=10, threshold=float(threshold), n_threads=1)
    groups = connected_components(near, directed=False)[1]
    used = read_cpu_seconds() - started
    versions = {name: version(name) for name in ("scikit-learn", "sparse_dot_topn")}
    print(json.dumps({"versions": versions, "cpu_seconds": used, "groups": groups.tolist()}))


def read_cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
