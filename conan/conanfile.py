"""cluster-store as a Conan 2 package: the same sources against Conan Center's libraries.

    conan create conan --profile conan/profiles/linux-gcc12 --build missing

CI does not run this: it builds against Debian's packages.
"""

import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"


class ClusterStore(ConanFile):
    name = "cluster-store"
    description = "A session store for programs that run as many processes"
    license = "BSD-3-Clause"
    topics = ("session", "store", "actor", "caf", "rocksdb")
    package_type = "library"
    settings = "os", "compiler", "build_type", "arch"
    options = {"shared": [True, False], "fPIC": [True, False], "apps": [True, False]}
    default_options = {"shared": False, "fPIC": True, "apps": True, "boost/*:header_only": True}
    implements = ["auto_shared_fpic"]

    def set_version(self):
        cmake = load(self, os.path.join(self.recipe_folder, "..", "CMakeLists.txt"))
        self.version = cmake.split("project(cluster_store VERSION ", 1)[1].split(" ", 1)[0]

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..")
        copy(self, "CMakeLists.txt", root, self.export_sources_folder)
        copy(self, "LICENSE", root, self.export_sources_folder)
        for folder in ("actors", "apps", "backends", "tests"):
            copy(self, f"{folder}/*", root, self.export_sources_folder)
        copy(self, "conan/cmake/*", root, self.export_sources_folder)

    def requirements(self):
        self.requires("tl-expected/1.1.0", transitive_headers=True)
        self.requires("caf/1.0.2", transitive_headers=True)
        self.requires("rocksdb/9.10.0")
        self.requires("xxhash/0.8.3")
        self.requires("openssl/[>=3 <4]")
        self.requires("boost/1.86.0")
        if self.options.apps:
            self.requires("cli11/2.4.2")
            self.requires("nlohmann_json/3.11.3")
            self.requires("tomlplusplus/3.4.0")
            self.requires("hiredis/1.2.0")

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.25 <4]")
        if not self.conf.get("tools.build:skip_test", default=True, check_type=bool):
            self.test_requires("catch2/3.7.1")
            self.test_requires("nlohmann_json/3.11.3")

    def validate(self):
        check_min_cppstd(self, 20)

    def layout(self):
        self.folders.root = ".."
        cmake_layout(self)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        skip_test = self.conf.get("tools.build:skip_test", default=True, check_type=bool)
        toolchain.cache_variables["CLUSTER_STORE_BUILD_APPS"] = bool(self.options.apps)
        toolchain.cache_variables["CLUSTER_STORE_BUILD_TESTS"] = not skip_test
        toolchain.cache_variables["CLUSTER_STORE_CAF"] = "config"
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()
        cmake.test()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        # CMakeDeps writes the consumer's config from package_info().
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "share"))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "cluster_store")
        backends = self.cpp_info.components["backends"]
        backends.set_property("cmake_target_name", "cluster_store::backends")
        backends.libs = ["cluster_store_backends"]
        backends.requires = ["tl-expected::tl-expected", "rocksdb::rocksdb", "xxhash::xxhash"]
        actors = self.cpp_info.components["actors"]
        actors.set_property("cmake_target_name", "cluster_store::actors")
        actors.libs = ["cluster_store_actors"]
        actors.requires = ["backends", "caf::core", "caf::io", "openssl::ssl", "openssl::crypto", "boost::headers"]
        if self.settings.os in ("Linux", "FreeBSD"):
            backends.system_libs = ["pthread"]
