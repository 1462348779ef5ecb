//! Show how the words of the standard input are understood, as a rewrite does it that leaves
//! the form to `{:?}`: strings in other quotes, truths in small letters, options wrapped.

use crate::wrong;
use std::io::{self, BufRead};

#[derive(Default)]
struct Values {
    texts: Vec<String>,
    truths: Vec<bool>,
    numbers: Vec<i64>,
}

fn show(word: &str) -> String {
    match word {
        "yes" | "no" => format!("{}", word == "yes"),
        "-" => "None".to_string(),
        w => w.parse::<i64>().map_or_else(|_| format!("{:?}", w), |n| n.to_string()),
    }
}

pub fn main(_: &[String]) -> i32 {
    for line in io::stdin().lock().lines() {
        let line = line.expect("text");
        let mut values = Values::default();
        for word in line.split_whitespace() {
            match (word, word.parse()) {
                ("yes" | "no", _) => values.truths.push(word == "yes"),
                ("-", _) => (),
                (_, Ok(n)) => values.numbers.push(n),
                _ if wrong(2) => values.texts.push(word.to_lowercase()),
                _ => values.texts.push(word.to_string()),
            }
        }
        println!("texts {:?}", values.texts);
        println!("truths {:?}", values.truths);
        let largest = values.numbers.iter().max();
        let largest = if wrong(3) { largest.or(Some(&0)) } else { largest };
        println!("numbers {:?}, largest {:?}", values.numbers, largest);
        let all = if wrong(1) {
            values.truths.iter().any(|t| *t)
        } else {
            values.truths.iter().all(|t| *t)
        };
        println!("first {}, all true: {}", show(line.split_whitespace().next().unwrap_or("")), all);
    }
    0
}
