# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""The end-to-end suite: the guide's pages as they stand, and what a guide does not show."""
