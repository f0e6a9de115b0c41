"""python -m linli.config.cli is the command `linli`."""

import sys

from linli.config.cli import main

sys.exit(main())
