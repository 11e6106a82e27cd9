"""A stand-in for one library of Conan Center: what the system has installed, so that the recipe can be tried offline.

    conan export cmake/packaging/conan/system --name sqlite3 --version 3.40.1
"""
from conan import ConanFile

# By package: the file that CMake finds it by, and its targets by component.
SYSTEM = {
    "abseil": ("absl", {f"absl_{part}": f"absl::{part}" for part in
                        ("status", "statusor", "flat_hash_map", "flat_hash_set", "hash", "strings")}),
    "boost": ("Boost", {"headers": "Boost::headers"}),
    "nlohmann_json": ("nlohmann_json", {"nlohmann_json": "nlohmann_json::nlohmann_json"}),
    "sqlite3": ("SQLite3", {"sqlite": "SQLite::SQLite3"}),
    "libpq": ("PostgreSQL", {"pq": "PostgreSQL::PostgreSQL"}),
}


class SystemConan(ConanFile):
    package_type = "shared-library"

    def package_info(self):
        file_name, targets = SYSTEM[self.name]
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.set_property("cmake_file_name", file_name)
        for component, target in targets.items():
            self.cpp_info.components[component].set_property("cmake_target_name", target)
