"""The documentation site: `sphinx-build -W -b dirhtml docs build/docs`."""

from __future__ import annotations

import sys
from pathlib import Path

import lambdalint

sys.path.insert(0, str(Path(__file__).parent))

project = "lambdalint"
author = "the lambdalint authors"
version = release = lambdalint.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click", "rule_pages"]
myst_heading_anchors = 3
autodoc_typehints = "none"
html_theme = "furo"
html_title = "lambdalint"
html_static_path = ["_static"]
html_css_files = ["shapes.css"]
html_copy_source = False
html_show_copyright = False
