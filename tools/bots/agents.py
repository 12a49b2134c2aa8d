# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Turns the patterns of crawler-user-agents into literals that a plain scan can find."""

import itertools
import re._constants as kinds
import re._parser as parser

# By tag, the strongest first: what the signal calls an agent.
KINDS = {
    "scanner": "scanner",
    "browser-automation": "automation",
    "http-library": "library",
}

# Found in browsers that people use: embedded pages of applications, builds of Android, words.
PEOPLE = {
    "AP3A.240617.008", "Adventurer", "Asana/", "Bluesky/", "Butterfly", "Charlotte", "Code/1.",
    "Disqus", "Fever", "Fetch/", "Fluid", "Grammarly/", "Instapaper/", "Magellan", "Make/",
    "MetaIAB Facebook", "Notion/", "Operator/", "PayPal/", "Sonic", "Stripe/", "Synapse", "Trove",
    "Tumblr/", "Valve/Steam", "Viber", "WhatsApp", "convera", "eright", "fluffy", "mail.ru",
    "speedy", "splash Version/", "yanga", "ds9", "linko", "Nitro-", "RED/", "WSM/", "BW/", "Dlc/",
}

# Tools of programmers that the package does not know.
OURS = {
    "library": [
        "^curl/", "^Wget/", "^Java/", "^Java-http-client/", "^python-urllib3", "^urllib3/", "^undici",
        "^node", "^Deno/", "^Bun/", "^okhttp/", "^Dart/", "^reqwest/", "^hyper/", "^ruby", "^Ruby",
        "^Faraday ", "^GuzzleHttp/", "^PostmanRuntime/", "^insomnia/", "^HTTPie/", "^Apache-HttpClient/",
        "^ReactorNetty/", "^Vert.x-WebClient", "^RestSharp/", "^libcurl", "^fasthttp", "^resty",
        "^go-resty/", "^got (", "^axios/", "^superagent", "^PycURL/", "^python-httpx/", "^aiohttp/",
        "^xh/", "^lwp-request", "^libwww-perl", "^Zend_Http_Client", "^PowerShell", "WindowsPowerShell/",
        "^k6/", "^hey/", "^Apache-JMeter", "^ApacheBench/", "^wrk", "^vegeta", "^Locust", "^bombardier",
        "^grpc-", "^Elixir", "^hackney/", "^scala", "^akka-http/", "^Feign", "^unirest",
    ],
    "automation": ["HeadlessChrome/", "PhantomJS/", "jsdom/", "Cypress/", "Electron-Puppeteer", "SlimerJS/"],
    "scanner": ["Nuclei", "^gobuster/", "^feroxbuster/", "^ffuf", "Fuzz Faster", "^Wfuzz/", "^nikto", "dirsearch"],
}


class Unsupported(Exception):
    """A pattern that is more than a few literals."""


def literals(pattern):
    """The literals of a pattern; one that must stand at the start begins with ^."""
    return ["".join(parts) for parts in _sequence(parser.parse(pattern))]


def _sequence(tokens):
    return [sum(combination, ()) for combination in itertools.product(*map(_token, tokens))]


def _token(token):
    kind, value = token
    if kind is kinds.LITERAL:
        return [(chr(value),)]
    if kind is kinds.AT:
        return [("^",) if value is kinds.AT_BEGINNING else ()]
    if kind is kinds.SUBPATTERN:
        return _sequence(value[-1])
    if kind is kinds.BRANCH:
        return [sequence for branch in value[1] for sequence in _sequence(branch)]
    if kind is kinds.IN and value[0][0] is kinds.NEGATE:
        return [()]
    if kind is kinds.IN and all(k is kinds.LITERAL for k, _ in value):
        return [(chr(c),) for _, c in value]
    raise Unsupported(str(kind))


def lines(entries, browsers):
    """Lines of kind and literal, and the patterns that were left out with the reason."""
    found = {}
    left_out = []
    for entry in entries:
        pattern = entry["pattern"]
        kind = next((KINDS[tag] for tag in KINDS if tag in entry.get("tags", [])), "crawler")
        try:
            for literal in literals(pattern):
                _keep(found, left_out, kind, literal, browsers)
        except Unsupported as reason:
            left_out.append(f"{pattern}: {reason}")
    for kind, ours in OURS.items():
        for literal in ours:
            found[literal] = kind
    return [f"{kind}\t{literal}" for literal, kind in sorted(found.items())], left_out


def _keep(found, left_out, kind, literal, browsers):
    text = literal.lstrip("^")
    if literal in PEOPLE or len(text) < 3 or not text.isascii():
        left_out.append(f"{literal}: in browsers of people, or too short")
    elif any(text in agent for agent in browsers):
        left_out.append(f"{literal}: in a browser of the samples")
    else:
        found.setdefault(literal, kind)
