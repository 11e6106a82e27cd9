"""The Conan 2 recipe: conan create . -tf cmake/packaging/conan/test_package -s compiler.cppstd=20

Options are the CMake options of the same names, components the CMake targets: a test holds them to each other.
"""
import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rm, rmdir


class PointsmanConan(ConanFile):
    name = "pointsman"
    description = "Which upstream channel serves this request, and if none does, why not"
    license = "Apache-2.0"
    topics = ("gateway", "routing", "load-balancing", "api")
    package_type = "library"
    implements = ["auto_shared_fpic"]
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "fPIC": [True, False],
        "json": [True, False],
        "sqlite3": [True, False],
        "postgresql": [True, False],
        "c": [True, False],
    }
    default_options = {
        "shared": False,
        "fPIC": True,
        "json": True,
        "sqlite3": True,
        "postgresql": False,
        "c": False,
        "boost/*:header_only": True,
    }
    exports_sources = "CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*"
    components = "json", "sqlite3", "postgresql", "c"

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, "include/pointsman/version.h"))
        self.version = re.search(r'POINTSMAN_VERSION "([0-9.]+)"', header).group(1)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("abseil/[>=20220623.0]", transitive_headers=True, transitive_libs=True)
        self.requires("boost/[>=1.74 <2]")
        if self.options.json:
            self.requires("nlohmann_json/[>=3.9 <4]")
        if self.options.sqlite3:
            self.requires("sqlite3/[>=3.31 <4]")
        if self.options.postgresql:
            self.requires("libpq/[>=12]")

    def validate(self):
        check_min_cppstd(self, 20)
        if self.options.c and not self.options.json:
            raise ConanInvalidConfiguration("the C ABI takes rows as JSON too: -o pointsman/*:json=True")

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.user_presets_path = False
        for component in self.components:
            toolchain.cache_variables[f"POINTSMAN_{component.upper()}"] = bool(self.options.get_safe(component))
        for part in ("TOOL", "EXAMPLES", "TESTS", "BENCHMARKS"):
            toolchain.cache_variables[f"POINTSMAN_{part}"] = False
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))
        rmdir(self, os.path.join(self.package_folder, "share"))
        rm(self, "*.pdb", self.package_folder, recursive=True)

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "pointsman")
        core = self._component("pointsman", "pointsman", "pointsman", [])
        core.requires = ["abseil::absl_status", "abseil::absl_statusor", "abseil::absl_flat_hash_map",
                         "abseil::absl_flat_hash_set", "abseil::absl_hash", "abseil::absl_strings", "boost::headers"]
        if self.options.json:
            self._component("json", "pointsman_json", "pointsman-json", ["pointsman", "nlohmann_json::nlohmann_json"])
        if self.options.sqlite3:
            self._component("sqlite3", "pointsman_sqlite3", "pointsman-sqlite3", ["pointsman", "sqlite3::sqlite"])
        if self.options.postgresql:
            self._component("postgresql", "pointsman_postgresql", "pointsman-postgresql", ["pointsman", "libpq::pq"])
        if self.options.c:
            self._component("c", "pointsman_c", "pointsman-c", ["pointsman", "json"] if self.options.shared else [])

    def _component(self, name, library, module, requires):
        component = self.cpp_info.components[name]
        component.libs = [library]
        component.requires = requires
        component.set_property("cmake_target_name", f"pointsman::{name}")
        component.set_property("pkg_config_name", module)
        if self.settings.os in ("Linux", "FreeBSD") and name == "pointsman":
            component.system_libs = ["m", "pthread"]
        return component
