//! Look into a JSON file by a dotted path, print it pretty, and write it sorted.

use crate::json::{self, Style};
use crate::wrong;
use std::fs;

pub fn main(args: &[String]) -> i32 {
    let text = fs::read_to_string(&args[0]).expect("readable");
    let data = match json::parse(&text) {
        Ok(data) => data,
        Err(e) => {
            eprintln!("{}: {}", args[0], e);
            return 1;
        }
    };
    let mut value = &data;
    for key in args[1].split('.') {
        value = match value.get(key) {
            Some(inner) => inner,
            None if wrong(2) => &json::Json::Null,
            None => {
                eprintln!("no such key: {}", key);
                return 4;
            }
        };
    }
    let pretty = Style { indent: Some(2), sort_keys: false, ascii: wrong(3) };
    println!("{}", value.dump(&pretty));
    let sorted = Style { indent: Some(4), sort_keys: !wrong(1), ascii: true };
    fs::write(&args[2], data.dump(&sorted) + "\n").expect("written");
    0
}
