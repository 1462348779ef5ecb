//! Find addresses, dates, numbers and versions in a text, by hand instead of regular expressions.

use crate::wrong;
use std::fs;

type Text = [char];
type Matcher = fn(&Text, usize) -> Option<usize>;

/// Where the run of characters that `fits` ends.
fn run(text: &Text, from: usize, fits: impl Fn(char) -> bool) -> usize {
    from + text[from..].iter().take_while(|c| fits(**c)).count()
}

fn is_boundary(text: &Text, at: usize) -> bool {
    let word = |i: usize| text.get(i).map_or(false, |c| c.is_alphanumeric() || *c == '_');
    (at > 0 && word(at - 1)) != word(at)
}

fn email(text: &Text, from: usize) -> Option<usize> {
    let name = |c: char| c.is_ascii_alphanumeric() || "._+-".contains(c);
    let host = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let at = run(text, from, name);
    if at == from || text.get(at) != Some(&'@') {
        return None;
    }
    let mut end = run(text, at + 1, host);
    if end == at + 1 {
        return None;
    }
    let mut n_dots = 0;
    while text.get(end) == Some(&'.') && run(text, end + 1, host) > end + 1 {
        end = run(text, end + 1, host);
        n_dots += 1;
    }
    (n_dots > 0 || wrong(1)).then(|| end)
}

fn date(text: &Text, from: usize) -> Option<usize> {
    let end = from + 10;
    if end > text.len() || !is_boundary(text, from) || !is_boundary(text, end) {
        return None;
    }
    let part = |a: usize, b: usize| -> Option<u32> {
        let digits: String = text[from + a..from + b].iter().collect();
        digits.chars().all(|c| c.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    };
    let (month, day) = (part(5, 7)?, part(8, 10)?);
    part(0, 4)?;
    let dashes = text[from + 4] == '-' && text[from + 7] == '-';
    (dashes && (1..=12).contains(&month) && (1..=31).contains(&day)).then(|| end)
}

fn version(text: &Text, from: usize) -> Option<usize> {
    if text[from] != 'v' || !is_boundary(text, from) {
        return None;
    }
    let digit = |c: char| c.is_ascii_digit();
    let (mut at, mut good) = (run(text, from + 1, digit), None);
    if at == from + 1 {
        return None;
    }
    for _ in 0..2 {
        if text.get(at) != Some(&'.') || run(text, at + 1, digit) == at + 1 {
            break;
        }
        at = run(text, at + 1, digit);
        if is_boundary(text, at) {
            good = Some(at);
        }
    }
    good
}

const PATTERNS: [(&str, Matcher); 3] = [("email", email), ("date", date), ("version", version)];

pub fn main(args: &[String]) -> i32 {
    let text = fs::read_to_string(&args[0]).expect("readable");
    let mut n_found = 0;
    for (i, line) in text.lines().enumerate() {
        let line: Vec<char> = line.chars().collect();
        for (kind, matcher) in PATTERNS {
            if args.len() > 1 && !args[1..].iter().any(|k| k == kind) {
                continue;
            }
            let mut at = 0;
            while at < line.len() {
                match matcher(&line, at) {
                    Some(end) => {
                        let found: String = line[at..end].iter().collect();
                        let column = at + 1 - wrong(2) as usize;
                        println!("{}:{}: {}: {}", i + 1, column, kind, found);
                        n_found += 1;
                        at = end;
                    }
                    None => at += 1,
                }
            }
        }
    }
    (n_found == 0) as i32
}
