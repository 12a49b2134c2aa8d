# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Draws browsers' header lists from the Bayesian network of apify-fingerprint-datapoints."""

import random

MISSING = "*MISSING_VALUE*"


class Network:
    """Nodes in topological order, as the package stores them."""

    def __init__(self, document):
        self.nodes = document["nodes"]

    def draw(self, source):
        """One assignment of values to names; the source decides."""
        drawn = {}
        for node in self.nodes:
            table = node["conditionalProbabilities"]
            for parent in node["parentNames"]:
                table = table.get("deeper", {}).get(drawn[parent], table.get("skip", {}))
            values = [value for value in table if value not in ("deeper", "skip")]
            if not values:
                return None
            drawn[node["name"]] = source.choices(values, [table[v] for v in values])[0]
        return drawn


def headers(inputs, network, orders, source):
    """One browser's navigation: its family, protocol, and headers in the order of the wire."""
    chosen = inputs.draw(source)
    drawn = _given(network, chosen, source) if chosen else None
    if drawn is None:
        return None
    family = chosen["*BROWSER"].split("/")[0]
    fields = {n: v for n, v in drawn.items() if not n.startswith("*") and v != MISSING}
    second = chosen["*HTTP_VERSION"] == "_2.0_"
    # The network leaves these to its user, who sets them as the browsers do.
    fields["accept-language" if second else "Accept-Language"] = "en-US,en;q=0.9"
    if _sends_fetch_metadata(chosen["*BROWSER"]):
        for name, value in (("Site", "none"), ("Mode", "navigate"), ("User", "?1"), ("Dest", "document")):
            name = f"Sec-Fetch-{name}"
            if family != "safari" or not name.endswith("User"):
                fields[name.lower() if second else name] = value
    order = {name: i for i, name in enumerate(orders[family])}
    listed = sorted(fields.items(), key=lambda field: order.get(field[0], len(order)))
    return family, "HTTP/2" if second else "HTTP/1.1", listed


def _given(network, chosen, source):
    """Draws until the draw fits what was chosen; the network knows about fifty combinations well."""
    pinned = Network.__new__(Network)
    pinned.nodes = [
        {**node, "parentNames": [], "conditionalProbabilities": {chosen[node["name"]]: 1}}
        if node["name"] in chosen
        else node
        for node in network.nodes
    ]
    return pinned.draw(source)


def _sends_fetch_metadata(browser):
    family, version = browser.split("/")
    major, minor = (version.split(".") + ["0"])[:2]
    first = {"chrome": (76, 0), "edge": (79, 0), "firefox": (90, 0), "safari": (16, 4)}[family]
    return (int(major), int(minor)) >= first


def corpus(inputs, network, orders, draws, seed):
    """Different header lists and how often each was drawn; always the same for a seed."""
    source = random.Random(seed)
    counts = {}
    for _ in range(draws):
        sample = headers(inputs, network, orders, source)
        if sample and any(name.lower() == "user-agent" for name, _ in sample[2]):
            _, count = counts.get(str(sample), (sample, 0))
            counts[str(sample)] = (sample, count + 1)
    return list(counts.values())
