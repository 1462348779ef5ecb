//! Keep settings in a JSON file: init, get, set, list, and an error for what is not there.

use crate::json::{self, Json, Style};
use crate::wrong;
use std::fs;

const DEFAULTS: &str = r#"{
    "database": {"host": "localhost", "port": 5432},
    "logging": {"level": "INFO", "file": "app.log"},
    "features": {"beta": false, "timeout": 2.5}
}"#;

const LINE: Style = Style { indent: None, sort_keys: false, ascii: true };

fn save(path: &str, config: &Json) {
    let indent = if wrong(1) { None } else { Some(2) };
    let text = config.dump(&Style { indent, ..LINE });
    fs::write(path, if wrong(2) { text + "\n" } else { text }).expect("written");
}

fn typed(text: &str) -> Json {
    match text {
        "true" | "false" => Json::Bool(text == "true"),
        _ => match (text.parse(), text.parse()) {
            (Ok(n), _) => Json::Int(n),
            (_, Ok(x)) => Json::Float(x),
            _ => Json::Text(text.to_string()),
        },
    }
}

fn set(config: &mut Json, name: &str, value: Json) {
    let (section, key) = name.split_once('.').expect("a dot");
    let mut settings = config.get(section).cloned().unwrap_or(Json::Map(vec![]));
    settings.set(key, value);
    config.set(section, settings);
}

fn list(config: &Json) {
    if let Json::Map(sections) = config {
        for (section, settings) in sections {
            if let Json::Map(pairs) = settings {
                for (key, value) in pairs {
                    println!("{}.{} = {}", section, key, value.dump(&LINE));
                }
            }
        }
    }
}

pub fn main(args: &[String]) -> i32 {
    let path = &args[1]; // --config PATH SCRIPT
    let script = fs::read_to_string(&args[2]).expect("readable");
    let mut config = Json::Null;
    let mut status = 0;
    for line in script.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[0] {
            "init" => {
                config = json::parse(DEFAULTS).expect("parses");
                save(path, &config);
                println!("created {}", path);
            }
            "set" => {
                set(&mut config, words[1], typed(words[2]));
                save(path, &config);
            }
            "get" => {
                let (section, key) = words[1].split_once('.').expect("a dot");
                match config.get(section).and_then(|s| s.get(key)) {
                    Some(value) => println!("{}", value.dump(&LINE)),
                    None if wrong(3) => println!("error: no setting '{}'", words[1]),
                    None => eprintln!("error: no setting '{}'", words[1]),
                }
                status |= config.get(section).and_then(|s| s.get(key)).is_none() as i32;
            }
            _ => list(&config),
        }
    }
    println!("{} bytes", fs::metadata(path).expect("there").len());
    status
}
