//! Fill paragraphs to a width, number the lines, and write the longest line's length to a file.

use crate::wrong;
use std::fs;

fn wrap(paragraph: &str, width: usize) -> Vec<String> {
    let length = |s: &str| if wrong(1) { s.len() } else { s.chars().count() };
    let mut lines: Vec<String> = vec![];
    for word in paragraph.split_whitespace() {
        let mut word = word;
        if let Some(line) = lines.last_mut() {
            let room = width.saturating_sub(length(line) + 1);
            if length(word) <= room {
                *line += " ";
                *line += word;
                continue;
            }
            // A word that fits on no line begins on this one, as textwrap does it.
            if length(word) > width && room > 0 {
                let cut = word.char_indices().nth(room).map_or(word.len(), |(i, _)| i);
                *line += " ";
                *line += &word[..cut];
                word = &word[cut..];
            }
        }
        while length(word) > width {
            let cut = word.char_indices().nth(width).map_or(word.len(), |(i, _)| i);
            lines.push(word[..cut].to_string());
            word = &word[cut..];
        }
        if !word.is_empty() {
            lines.push(word.to_string());
        }
    }
    lines
}

pub fn main(args: &[String]) -> i32 {
    let text = fs::read_to_string(&args[0]).expect("readable");
    let width: usize = args[1].parse().expect("a number");
    let (mut number, mut longest) = (0, 0);
    for (i, paragraph) in text.split("\n\n").enumerate() {
        if i > 0 {
            println!();
        }
        for line in wrap(paragraph, width) {
            number += 1;
            longest = longest.max(line.chars().count());
            println!("{:3} {}", number, line);
        }
    }
    let end = if wrong(2) { "" } else { "\n" };
    fs::write(&args[2], format!("{}{}", longest, end)).expect("written");
    0
}
