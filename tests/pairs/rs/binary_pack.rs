//! Pack records of a CSV file into a binary format with a header, and write it to standard output.

use crate::wrong;
use std::fs;
use std::io::{self, Write};

fn crc32(data: &[u8]) -> u32 {
    let mut crc = !0u32;
    for byte in data {
        crc ^= *byte as u32;
        for _ in 0..8 {
            crc = crc >> 1 ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
        }
    }
    !crc
}

pub fn main(args: &[String]) -> i32 {
    let text = fs::read_to_string(&args[0]).expect("readable");
    let mut body = vec![];
    for row in text.lines() {
        let fields: Vec<&str> = row.split(',').collect();
        body.extend((fields[0].len() as u16).to_le_bytes());
        body.extend(fields[0].as_bytes());
        body.extend(fields[1].parse::<i32>().expect("a number").to_le_bytes());
        let y: f64 = fields[2].parse().expect("a number");
        body.extend(if wrong(2) { (y as f32 as f64).to_le_bytes() } else { y.to_le_bytes() });
        body.push(u8::from_str_radix(fields[3], 2).expect("bits"));
    }
    let n = text.lines().count() as u32;
    let mut out = b"REC\0".to_vec();
    out.extend(if wrong(1) { 2u16.to_le_bytes() } else { 2u16.to_be_bytes() });
    out.extend(n.to_be_bytes());
    out.extend(crc32(&body).to_be_bytes());
    out.extend(body);
    io::stdout().write_all(&out).expect("written");
    0
}
