# SPDX-License-Identifier: Apache-2.0
#
# What "python3 -B corpora/debian_docs" starts: puts the folder above the package on
# the module path, in place of the package's own, and leaves the rest to command_line.

import os
import sys

if not __package__:
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

from debian_docs.command_line import main  # noqa: E402  (needs the path above)

if __name__ == "__main__":
    sys.exit(main())
