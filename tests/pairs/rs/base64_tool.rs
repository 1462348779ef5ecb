//! Encode and decode base64, in lines, in both alphabets; what is no base64 is an error.

use crate::wrong;
use std::io::{self, Read, Write};

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn letter(value: usize, last: &[u8; 2]) -> u8 {
    if value < 62 {
        LETTERS[value]
    } else {
        last[value - 62]
    }
}

fn encode(data: &[u8], last: &[u8; 2]) -> Vec<u8> {
    let mut out = vec![];
    for group in data.chunks(3) {
        let bits = group.iter().fold(0usize, |b, byte| b << 8 | *byte as usize);
        let bits = bits << (8 * (3 - group.len()));
        for i in 0..4 {
            let used = i <= group.len();
            if used {
                out.push(letter(bits >> (18 - 6 * i) & 63, last));
            } else if !wrong(2) {
                out.push(b'=');
            }
        }
    }
    out
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.iter().copied().filter(|c| !c.is_ascii_whitespace()).collect();
    let padding = text.iter().rev().take_while(|c| **c == b'=').count();
    if text.len() % 4 != 0 || padding > 2 {
        return None;
    }
    let mut out = vec![];
    for group in text.chunks(4) {
        let mut bits = 0usize;
        for c in group {
            let value = match c {
                b'=' => 0,
                b'+' => 62,
                b'/' => 63,
                c => LETTERS.iter().position(|l| l == c)?,
            };
            bits = bits << 6 | value;
        }
        out.extend([(bits >> 16) as u8, (bits >> 8) as u8, bits as u8]);
    }
    out.truncate(out.len() - padding);
    Some(out)
}

pub fn main(args: &[String]) -> i32 {
    let mut data = vec![];
    io::stdin().read_to_end(&mut data).expect("readable");
    let mut out = vec![];
    match args[0].as_str() {
        "encode" => {
            // 57 bytes make a line of 76 letters.
            for line in data.chunks(if wrong(1) { 48 } else { 57 }) {
                out.extend(encode(line, b"+/"));
                out.push(b'\n');
            }
        }
        "url" => {
            out.extend(encode(&data, b"-_"));
            out.push(b'\n');
        }
        _ => match decode(&data) {
            Some(decoded) => out = decoded,
            None => {
                eprintln!("base64_tool: not base64");
                return if wrong(3) { 0 } else { 1 };
            }
        },
    }
    io::stdout().write_all(&out).expect("written");
    0
}
