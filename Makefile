# Each target calls the launcher, which needs Python 3.11 or newer and nothing else.
# Without make: python3 farsail.py <command>
PYTHON ?= python3
.PHONY: help night test up check bench

help:
	@$(PYTHON) farsail.py help

night:
	@$(PYTHON) farsail.py night $(if $(SELLER),--seller "$(SELLER)") $(if $(AS_OF),--as-of "$(AS_OF)")

test:
	@$(PYTHON) farsail.py test

up:
	@$(PYTHON) farsail.py up

check:
	@$(PYTHON) farsail.py check

bench:
	@$(PYTHON) farsail.py bench $(if $(ONLY),--only "$(ONLY)")
