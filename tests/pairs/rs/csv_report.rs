//! Sum a CSV file by one column and write a CSV file: quoting, line ends and bad rows included.

use crate::wrong;
use std::collections::BTreeMap;
use std::fs;

/// Rows of RFC 4180; a quoted field may hold commas, doubled quotes and line breaks.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (vec![], vec![], String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => (),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    rows
}

fn quote(field: &str) -> String {
    let needs = |c: char| c == ',' || c == '"' || c == '\n' || c == '\r';
    if !field.contains(needs) {
        return field.to_string();
    }
    if wrong(1) {
        return format!("\"{}\"", field);
    }
    format!("\"{}\"", field.replace('"', "\"\""))
}

pub fn main(args: &[String]) -> i32 {
    let text = fs::read_to_string(&args[0]).expect("readable");
    let rows = rows(&text);
    let at = |name: &str| rows[0].iter().position(|h| h == name).expect("column");
    let (key, amount) = (at(&args[1]), at("amount"));
    let mut groups: BTreeMap<&str, (usize, i64)> = BTreeMap::new();
    for row in &rows[1..] {
        match row[amount].parse::<i64>() {
            Ok(n) => {
                let group = groups.entry(&row[key]).or_default();
                *group = (group.0 + 1, group.1 + n);
            }
            Err(_) => eprintln!("bad amount '{}'", row[amount]),
        }
    }
    let end = if wrong(2) { "\n" } else { "\r\n" };
    let mut out = format!("{},count,total{}", args[1], end);
    for (name, (count, total)) in &groups {
        out += &format!("{},{},{}{}", quote(name), count, total, end);
    }
    fs::write(&args[2], out).expect("written");
    println!("{} groups written to {}", groups.len(), args[2]);
    0
}
