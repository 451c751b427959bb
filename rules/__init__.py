"""The built-in rules, installed as ``lambdalint_rules``: one file per rule, one folder per contract."""
