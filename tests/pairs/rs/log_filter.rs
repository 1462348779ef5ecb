//! Keep the lines of a log that are severe enough, from standard input; what is no line is told.

use crate::wrong;
use std::collections::BTreeMap;
use std::io::{self, BufRead};

const LEVELS: [&str; 4] = ["DEBUG", "INFO", "WARN", "ERROR"];

/// Whether `text` is as `form` says: 0 is a digit, everything else itself.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(c, f): (char, char)| if f == '0' { c.is_ascii_digit() } else { c == f };
    text.chars().count() == form.len() && text.chars().zip(form.chars()).all(fits)
}

/// Time, level, module and text of `DATE TIME [LEVEL] MODULE: TEXT`.
fn split(line: &str) -> Option<(&str, &str, &str, &str)> {
    let (date, rest) = line.split_once(' ')?;
    let (time, rest) = rest.split_once(" [")?;
    let (level, rest) = rest.split_once("] ")?;
    let (module, text) = rest.split_once(": ")?;
    let fits = has_form(date, "0000-00-00") && has_form(time, "00:00:00");
    let is_word = !level.is_empty() && level.chars().all(|c| c.is_alphanumeric() || c == '_');
    let has_module = !module.is_empty() && !module.contains(char::is_whitespace);
    (fits && is_word && has_module).then(|| (time, level, module, text))
}

pub fn main(args: &[String]) -> i32 {
    let value = |flag: &str| args.iter().position(|a| a == flag).map(|i| args[i + 1].as_str());
    let least = LEVELS.iter().position(|l| *l == value("--level").unwrap_or("WARN"));
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for (i, line) in io::stdin().lock().lines().enumerate() {
        let line = line.expect("text");
        let (time, level, module, text) = match split(&line) {
            Some(parts) => parts,
            None => {
                if wrong(2) {
                    println!("line {}: not a log line", i + 1);
                } else {
                    eprintln!("line {}: not a log line", i + 1);
                }
                continue;
            }
        };
        *seen.entry(level.to_string()).or_default() += 1;
        let severity = LEVELS.iter().position(|l| *l == level);
        let severe = if wrong(1) { severity > least } else { severity >= least };
        if severity.is_some() && severe && module.starts_with(value("--module").unwrap_or("")) {
            println!("{} {:<5} {}: {}", time, level, module, text);
        }
    }
    let counts: Vec<String> = seen.iter().map(|(level, n)| format!("{}={}", level, n)).collect();
    println!("{}", counts.join(", "));
    0
}
