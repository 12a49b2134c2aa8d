# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""A Kubernetes cluster on this machine, without a container engine and without a registry.

    command ─▶ needs               whether this machine can, and what it lacks
            ─▶ onenode             the steps, up and down
                 ├▶ machine        what changes on the machine itself: a bridge, control groups, kernel settings
                 ├▶ control        etcd, API server, controller manager, scheduler: processes of this machine
                 ├▶ node ─▶ init   containerd, kubelet, kube-proxy, NetworkPolicy agent: in namespaces of their own
                 └▶ images         tar files in, without a registry

The node is to this machine what a container is: one process in mount, PID, network, UTS and IPC namespaces, from which
all others descend. So its mounts, devices, routes and packet filters are not this machine's, and ending that one
process ends all of them, whatever state they are in.
"""
