"""python -m linli is the same as the command `linli`."""

import sys

from linli.config.cli import main

sys.exit(main())
