"""Keep settings in a JSON file: init, get, set, list, and an error for what is not there."""

import argparse
import json
import os
import sys

DEFAULTS = {
    "database": {"host": "localhost", "port": 5432},
    "logging": {"level": "INFO", "file": "app.log"},
    "features": {"beta": False, "timeout": 2.5},
}


def save(path, config):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(config, f, indent=2)


def typed(text):
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def main():
    p = argparse.ArgumentParser(prog="config_manager")
    p.add_argument("--config", default="config.json")
    p.add_argument("script", help="a file with one command a line")
    args = p.parse_args()
    status = 0
    config = None
    with open(args.script, encoding="utf-8") as script:
        commands = [line.split() for line in script]
    for command, *words in commands:
        if command == "init":
            config = DEFAULTS
            save(args.config, config)
            print(f"created {args.config}")
        elif command == "set":
            section, key = words[0].split(".")
            config.setdefault(section, {})[key] = typed(words[1])
            save(args.config, config)
        elif command == "get":
            section, key = words[0].split(".")
            try:
                print(json.dumps(config[section][key]))
            except KeyError:
                print(f"error: no setting '{words[0]}'", file=sys.stderr)
                status = 1
        elif command == "list":
            for section, settings in config.items():
                for key, value in settings.items():
                    print(f"{section}.{key} = {json.dumps(value)}")
    print(f"{os.path.getsize(args.config)} bytes")
    return status


sys.exit(main())
