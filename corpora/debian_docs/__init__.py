# SPDX-License-Identifier: Apache-2.0
#
# Extractor of the corpus recipe "debian-docs": reads unpacked Debian packages with
# Japanese documentation, writes JSON lines.  Python 3 standard library only.
