# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What can go wrong, as one line that says what, where, and how to mend it."""


class ClusterError(Exception):
    """Something that should have worked did not: exit code 1."""

    code = 1


class WrongUsage(ClusterError):
    """The command line asks for something that makes no sense: exit code 2."""

    code = 2


class NotPossibleHere(ClusterError):
    """This machine lacks something, or is none that a cluster can be made on: exit code 3."""

    code = 3
