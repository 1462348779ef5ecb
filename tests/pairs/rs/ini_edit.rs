//! Read an INI file with defaults and references, print what holds, write it back changed.

use crate::wrong;
use std::fs;

type Pairs = Vec<(String, String)>;

struct Ini {
    defaults: Pairs,
    sections: Vec<(String, Pairs)>,
}

fn find<'a>(pairs: &'a Pairs, key: &str) -> Option<&'a str> {
    pairs.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
}

impl Ini {
    fn parse(text: &str) -> Ini {
        let mut ini = Ini { defaults: vec![], sections: vec![] };
        let mut into_defaults = false;
        for line in text.lines() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') || line.starts_with(';') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                into_defaults = name == "DEFAULT";
                if !into_defaults {
                    ini.sections.push((name.to_string(), vec![]));
                }
            } else if let Some(at) = line.find(|c| c == '=' || c == ':') {
                let key = line[..at].trim().to_lowercase();
                let pair = (key, line[at + 1..].trim().to_string());
                match ini.sections.last_mut() {
                    Some((_, pairs)) if !into_defaults => pairs.push(pair),
                    _ => ini.defaults.push(pair),
                }
            }
        }
        ini
    }

    /// The value, with every `%(key)s` in it replaced.
    fn get(&self, pairs: &Pairs, key: &str) -> Option<String> {
        let default = if wrong(1) { None } else { find(&self.defaults, key) };
        let mut value = find(pairs, key).or(default)?.to_string();
        while let Some(start) = value.find("%(") {
            let end = start + value[start..].find(")s").expect("an end");
            let inner = self.get(pairs, &value[start + 2..end].to_string())?;
            value.replace_range(start..end + 2, &inner);
        }
        Some(value)
    }

    fn write(&self) -> String {
        let mut out = String::new();
        let all = std::iter::once(("DEFAULT", &self.defaults));
        for (name, pairs) in all.chain(self.sections.iter().map(|(n, p)| (n.as_str(), p))) {
            out += &format!("[{}]\n", name);
            for (key, value) in pairs {
                let equals = if wrong(2) { "=" } else { " = " };
                out += &format!("{}{}{}\n", key, equals, value);
            }
            out += "\n";
        }
        out
    }
}

pub fn main(args: &[String]) -> i32 {
    let mut ini = Ini::parse(&fs::read_to_string(&args[0]).expect("readable"));
    for (name, pairs) in &ini.sections {
        println!("[{}]", name);
        let mut keys: Vec<&String> = pairs.iter().chain(&ini.defaults).map(|(k, _)| k).collect();
        keys.sort();
        keys.dedup();
        for key in keys {
            println!("  {} = {}", key, ini.get(pairs, key).unwrap_or_default());
        }
    }
    let server = &mut ini.sections.iter_mut().find(|(n, _)| n == "server").expect("there").1;
    for (key, value) in server.iter_mut() {
        if key == "workers" {
            *value = (value.parse::<i64>().expect("a number") * 2).to_string();
        }
    }
    if !wrong(3) {
        server.retain(|(k, _)| k != "legacy");
    }
    let debug = matches!(find(server, "debug"), Some("1" | "yes" | "true" | "on"));
    ini.sections.push(("added".to_string(), vec![("by".to_string(), "ini_edit".to_string())]));
    fs::write(&args[1], ini.write()).expect("written");
    println!("{}", if debug { "debug" } else { "no debug" });
    0
}
