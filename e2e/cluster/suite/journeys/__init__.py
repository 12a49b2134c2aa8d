# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""What is tried, in this order. Each journey leaves the cluster as the next one expects it."""

from suite.journeys import failures, guide, measures, mesh, policies

ALL = [
    guide.install,
    guide.enrol,
    mesh.no_way_around,
    mesh.nobody_elses_identity,
    guide.zero_trust,
    guide.rewrite,
    mesh.enforced,
    policies.targets,
    policies.admission,
    guide.edge_gateway,
    failures.gateway_rolled,
    guide.edge_closed,
    guide.gitops,
    measures.sidecar_latency,
    measures.memory_at_rest,
    measures.many_services,
    failures.ext_authz_killed,
    policies.told,
    failures.decision_services_gone,
    failures.decision_services_rolled,
    failures.operator_killed,
    failures.operators_gone,
    failures.operators_rolled,
    failures.application_rolled,
    failures.upgraded,
    failures.authority_rotated,
    failures.api_server_unreachable,
    failures.node_restarted,
    guide.uninstall,
]
