"""Read an INI file with defaults and references, print what holds, write it back changed."""

import configparser
import sys


def main(source, target):
    config = configparser.ConfigParser()
    with open(source, encoding="utf-8") as f:
        config.read_file(f)
    for section in config.sections():
        print(f"[{section}]")
        for key in sorted(config[section]):
            print(f"  {key} = {config[section][key]}")
    n = config.getint("server", "workers")
    config["server"]["workers"] = str(n * 2)
    config.remove_option("server", "legacy")
    config["added"] = {"By": "ini_edit"}
    with open(target, "w", encoding="utf-8") as f:
        config.write(f)
    print("debug" if config.getboolean("server", "debug") else "no debug")


main(*sys.argv[1:])
