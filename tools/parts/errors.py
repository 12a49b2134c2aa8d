# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What can go wrong, as one line that says what, where, and how to mend it."""


class FetchError(Exception):
    """The environment lacks something: exit code 3."""

    code = 3


class LockFileError(FetchError):
    """Someone edited parts.lock into something that cannot be read: exit code 1."""

    code = 1


class UnknownPart(FetchError):
    """The command line names a part that is not pinned: exit code 2."""

    code = 2
