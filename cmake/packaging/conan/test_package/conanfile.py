"""Builds and runs one small consumer against the package, with the components that it was made with."""
import os

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, CMakeToolchain, cmake_layout


class PointsmanTestConan(ConanFile):
    settings = "os", "arch", "compiler", "build_type"
    generators = "CMakeDeps", "VirtualRunEnv"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        cmake_layout(self)

    def generate(self):
        options = self.dependencies["pointsman"].options
        toolchain = CMakeToolchain(self)
        toolchain.user_presets_path = False
        built = [name for name in ("json", "sqlite3", "postgresql", "c") if options.get_safe(name)]
        toolchain.cache_variables["COMPONENTS"] = ";".join(["pointsman", *built])
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def test(self):
        if can_run(self):
            self.run(os.path.join(self.cpp.build.bindir, "test_package"), env="conanrun")
