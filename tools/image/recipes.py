# SPDX-License-Identifier: Apache-2.0
# Copyright The Portcullis Authors
"""Which images there are, and what each is made of."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from image import debian, elf, goprogram, maven, sbom, stamp, training
from image.archive import ImageArchive
from image.debian import Debian, Package
from image.jdk import HOME as JAVA_HOME
from image.jdk import Jdk
from image.layer import Layer, PackedLayer, sha256
from parts.cache import Cache
from parts.errors import FetchError
from parts.fetcher import Fetcher
from parts.lockfile import PARTS_LOCK, read
from parts.progress import Progress

# A package and all whose libraries it needs; a missing one fails the build.
BASE = ["libc6", "libgcc-s1", "base-files", "ca-certificates"]
NFT = """nftables libnftables1 libbsd0 libedit2 libgmp10 libjansson4 libmd0 libmnl0 libnftnl11 libtinfo6
    libxtables12""".split()
CURL = """curl libcurl4 libbrotli1 libcom-err2 libffi8 libgmp10 libgnutls30 libgssapi-krb5-2 libhogweed6 libidn2-0 libk5crypto3
    libkeyutils1 libkrb5-3 libkrb5support0 libldap-2.5-0 libnettle8 libnghttp2-14 libp11-kit0 libpsl5 librtmp1 libsasl2-2
    libssh2-1 libssl3 libtasn1-6 libunistring2 libzstd1 zlib1g""".split()
APPLETS = """sh cat cut date echo env false grep head hostname id ip kill ls mkdir nc netstat nslookup printf ps sed seq sleep
    sort tail test touch tr true wc wget xargs""".split()

JAVA_MODULES = {"operator": "operator", "ext-authz": "ext-authz-server"}
NOBODY = 65532
SIDECAR = 1337
# The programs of these packages that an image has no use for; a package's libraries come with what they are made by.
_SPARE = re.compile(
    r"(usr/(s?bin|lib/locale|share/(base-files|zsh|menu|debconf|perl5|keyrings|pixmaps|common-licenses/(?!Apache))|lib/init)/"
    r"|etc/(?!ssl/certs)|var/lib/(?!dpkg)|root/)"
)
_SOURCES = ["pom.xml", "crds", "core", "operator", "ext-authz-server", "cli", "examples/quickstart", "charts/portcullis/crds"]


@dataclass(frozen=True)
class Recipe:
    """
    One image.

    name: the file is NAME.tar, the tag is portcullis/NAME:VERSION
    inputs: a digest of all that it is made of, cheap to compute
    make: makes it
    """

    name: str
    inputs: Callable[[], str]
    make: Callable[[], ImageArchive]


class Recipes:
    """All images of one tree. What several share is made once."""

    def __init__(self, home: Path, target: Path, cache: Cache, architecture: str, progress: Progress):
        self.home = home
        self.work = target / "work"
        self.parts = cache
        self.architecture = architecture
        self.progress = progress
        pom = (home / "pom.xml").read_text(encoding="utf-8")
        self.version = re.search(r"<artifactId>portcullis</artifactId>\s*<version>([^<]+)", pom).group(1)
        self.created = re.search(r"<project.build.outputTimestamp>([^<]+)", pom).group(1)

    def all(self) -> list[Recipe]:
        return [
            Recipe("operator", self._java_inputs, lambda: self._java("operator")),
            Recipe("ext-authz", self._java_inputs, lambda: self._java("ext-authz")),
            Recipe("proxy", self._proxy_inputs, self._proxy),
            Recipe("e2e-app", self._app_inputs, self._app),
        ]

    # What every image is made of.

    @functools.cached_property
    def debian(self) -> Debian:
        return Debian(self.work / "debian", self.architecture, self.progress)

    @functools.cached_property
    def _recipe_code(self) -> str:
        return stamp.sources(self.home, ["tools/image", "tools/parts"])

    @functools.cached_property
    def _base_packages(self) -> list[Package]:
        return self.debian.packages(BASE)

    @functools.cached_property
    def _base(self) -> Layer:
        layer = self._pruned(self._base_packages, frozenset())
        roots = sorted(path for path in layer.entries if path.startswith("usr/share/ca-certificates/mozilla/"))
        layer.file("etc/ssl/certs/ca-certificates.crt", b"".join(layer.entries[path].content for path in roots))
        for path in roots:
            del layer.entries[path]
        layer.file("etc/nsswitch.conf", b"passwd: files\ngroup: files\nhosts: files dns\n")
        accounts = [("root", 0), ("proxy", SIDECAR), ("nobody", NOBODY)]
        layer.file("etc/passwd", "".join(f"{name}:x:{uid}:{uid}:{name}:/:/sbin/nologin\n" for name, uid in accounts).encode())
        layer.file("etc/group", "".join(f"{name}:x:{uid}:\n" for name, uid in accounts).encode())
        layer.link("etc/os-release", "../usr/lib/os-release")
        layer.directory("tmp", 0o1777)
        return layer

    @functools.cached_property
    def _packed_base(self) -> PackedLayer:
        return self._checked("base", self._base, []).packed()

    def _pruned(self, packages: list[Package], programs: frozenset[str]) -> Layer:
        layer = debian.files(packages)
        for path in [path for path in layer.entries if _SPARE.match(path) and path not in programs]:
            del layer.entries[path]
        return layer

    def _checked(self, name: str, top: Layer, below: list[Layer]) -> Layer:
        """The layer on top, when every program in it finds its libraries."""
        whole = Layer()
        for layer in [*below, top]:
            whole.add(layer)
        lacking = elf.missing(whole)
        if lacking:
            raise FetchError(f"{name}: {lacking[0]}, and no package in it has that ({len(lacking)} such): see tools/image/recipes.py")
        return top

    def _versions(self, packages: list[Package]) -> str:
        return " ".join(f"{package.name}={package.version}" for package in packages)

    def _settings(self, user: int, entrypoint: list[str]) -> dict:
        path = f"PATH=/usr/local/bin:/usr/sbin:/usr/bin:/{JAVA_HOME}/bin"
        return {"User": f"{user}:{user}", "Env": [path], "Entrypoint": entrypoint, "WorkingDir": "/"}

    def _bill(self, layer: Layer, image: str, components: list[sbom.Component], packages: list[Package]) -> None:
        """Puts the bill of materials into the layer, and beside the tar file."""
        debians = [sbom.Component.debian(package, self.architecture) for package in packages]
        text = sbom.document(f"portcullis/{image}", self.version, [*components, *debians])
        layer.file(f"usr/share/sbom/{image}.cdx.json", text)
        (self.work.parent / f"{image}.cdx.json").write_bytes(text)

    # Java.

    @functools.cached_property
    def jdk(self) -> Jdk:
        return Jdk.find()

    @functools.cache
    def _java_inputs(self) -> str:
        code = stamp.sources(self.home, _SOURCES)
        return stamp.digest(self._recipe_code, code, self.jdk.release, self._versions(self._base_packages))

    @functools.cached_property
    def _java_images(self) -> dict[str, ImageArchive]:
        base = self.work / "java.tar"
        inputs = stamp.digest(self._recipe_code, self.jdk.release, self._versions(self._base_packages))
        if not (base.is_file() and stamp.Stamp(base, inputs).valid()):
            runtime = self._checked("java", self.jdk.runtime(self.work, self.progress), [self._base])
            self._bill(runtime, "java", [self._runtime_component()], self._base_packages)
            layers = [self._packed_base, runtime.packed()]
            settings = self._settings(NOBODY, [f"/{JAVA_HOME}/bin/java"])
            ImageArchive.of(f"portcullis/java:{self.version}", self.architecture, settings, layers, self.created).write(base)
            stamp.Stamp(base, inputs).write()
        packed = stamp.digest(stamp.sources(self.home, _SOURCES), sha256(base.read_bytes()))
        outputs = [stamp.Stamp(self.home / module / "target/image.tar", packed) for module in JAVA_MODULES.values()]
        if not all(output.valid() for output in outputs):
            maven.build(self.home, base, self.progress)
            for output in outputs:
                output.write()
        images = {module: ImageArchive.read(self.home / module / "target/image.tar") for module in JAVA_MODULES.values()}
        trainees = [training.Trainee.of(module, image, self.work / f"root-{module}") for module, image in images.items()]
        caches = training.train(self.home, self.jdk, trainees, self.work, self.progress)
        by = "portcullis: AOT cache of a training run"
        return {module: image.with_layers([caches[module]], self.created, by) for module, image in images.items()}

    def _java(self, name: str) -> ImageArchive:
        return self._java_images[JAVA_MODULES[name]]

    def _runtime_component(self) -> sbom.Component:
        version = self.jdk.version()
        return sbom.Component("java-runtime", version, f"pkg:generic/java-runtime@{version.replace('+', '%2B')}")

    # Envoy, and what redirects traffic to it.

    def _envoy(self) -> Path:
        part = read(PARTS_LOCK).part("envoy")
        return Fetcher(read(PARTS_LOCK), self.parts, self.progress).fetch(part).path

    @functools.cached_property
    def _proxy_packages(self) -> list[Package]:
        return self.debian.packages(NFT)

    @functools.cache
    def _proxy_inputs(self) -> str:
        packages = [*self._base_packages, *self._proxy_packages]
        state = self._envoy().stat()
        rules = stamp.sources(self.home, ["images/proxy"])
        return stamp.digest(self._recipe_code, self._versions(packages), rules, f"{state.st_size} {state.st_mtime_ns}")

    def _proxy(self) -> ImageArchive:
        tools = self._pruned(self._proxy_packages, frozenset(["usr/sbin/nft"]))
        tools.tree(self.home / "images/proxy", "etc/portcullis")
        envoy = Layer()
        envoy.file("usr/local/bin/envoy", self._envoy().read_bytes(), executable=True)
        with self.progress.task("proxy: packing Envoy"):
            layers = [self._checked("proxy", envoy, [self._base]).packed()]
        version = self._envoy().parent.name.split("-")[0]
        component = sbom.Component("envoy", version, f"pkg:github/envoyproxy/envoy@v{version}")
        self._bill(tools, "proxy", [component], [*self._base_packages, *self._proxy_packages])
        layers = [self._packed_base, *layers, self._checked("proxy", tools, [self._base]).packed()]
        return self._image("proxy", self._settings(SIDECAR, ["/usr/local/bin/envoy"]), layers)

    # The application that tests guard.

    @functools.cached_property
    def _app_packages(self) -> list[Package]:
        return self.debian.packages([*CURL, "busybox-static"])

    @functools.cache
    def _app_inputs(self) -> str:
        packages = [*self._base_packages, *self._app_packages]
        return stamp.digest(self._recipe_code, self._versions(packages), stamp.sources(self.home, ["images/e2e-app"]))

    def _app(self) -> ImageArchive:
        tools = self._pruned(self._app_packages, frozenset(["usr/bin/curl", "usr/bin/busybox"]))
        for applet in APPLETS:
            tools.link(f"usr/bin/{applet}", "busybox")
        self._bill(tools, "e2e-app", [], [*self._base_packages, *self._app_packages])
        program = goprogram.build(self.home / "images/e2e-app", self.architecture, self.work / "e2e-app", self.progress)
        app = Layer()
        app.file("usr/local/bin/e2e-app", program, executable=True)
        layers = [self._packed_base, self._checked("e2e-app", tools, [self._base]).packed(), app.packed()]
        return self._image("e2e-app", self._settings(NOBODY, ["/usr/local/bin/e2e-app"]), layers)

    def _image(self, name: str, settings: dict, layers: list[PackedLayer]) -> ImageArchive:
        return ImageArchive.of(f"portcullis/{name}:{self.version}", self.architecture, settings, layers, self.created)
