# Each target calls the launcher, which needs Python 3.11 or newer and nothing else.
# Without make: python3 farsail.py <command>
PYTHON ?= python3
WHO_AND_WHY = $(if $(SELLER),--seller "$(SELLER)") $(if $(APPROVER),--approver "$(APPROVER)") $(if $(REASON),--reason "$(REASON)")
.PHONY: help night test up check bench soak decide code enroll workbook execute settle stop lift audit rates export

help:
	@$(PYTHON) farsail.py help

night:
	@$(PYTHON) farsail.py night $(if $(SELLER),--seller "$(SELLER)") $(if $(AS_OF),--as-of "$(AS_OF)")

test:
	@$(PYTHON) farsail.py test

up:
	@$(PYTHON) farsail.py up

check:
	@$(PYTHON) farsail.py check $(ARGS)

bench:
	@$(PYTHON) farsail.py bench $(if $(ONLY),--only "$(ONLY)")

soak:
	@$(PYTHON) farsail.py soak

decide code enroll workbook execute settle stop lift export:
	@$(PYTHON) farsail.py $@ $(WHO_AND_WHY) $(ARGS)

audit rates:
	@$(PYTHON) farsail.py $@ $(ARGS)
