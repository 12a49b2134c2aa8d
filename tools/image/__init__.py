# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Makes the container images as tar files, with no container engine and no image registry.

    command ─▶ recipes             which images there are, and what each is made of
                 ├▶ debian         files of signed Debian packages
                 ├▶ java           jlink, jib (by Maven) and the training run that fills the AOT cache
                 └▶ goprogram      a static program built from this tree
            ─▶ stamp               what was made before from the same inputs
    layer, archive                 reproducible layers, and the tar file that docker load and ctr import read
    elf                            no program may lack a shared library
"""
