//! A table in a file of fixed records: a change goes to a journal first, is synced, applied, synced,
//! and the journal is removed. A journal that is there at the start is undone.

use crate::wrong;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

const ROW: usize = 28;

struct Row {
    number: u32,
    name: String,
    balance: i32,
}

fn unpack(data: &[u8]) -> Row {
    Row {
        number: u32::from_le_bytes(data[..4].try_into().unwrap()),
        name: String::from_utf8_lossy(&data[4..24]).trim_end_matches('\0').to_string(),
        balance: i32::from_le_bytes(data[24..28].try_into().unwrap()),
    }
}

fn rows(path: &str) -> io::Result<Vec<Row>> {
    Ok(fs::read(path)?.chunks_exact(ROW).map(unpack).collect())
}

fn write_at(path: &str, data: &[u8], at: usize) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path)?;
    file.write_all_at(data, at as u64)?;
    if wrong(1) {
        return Ok(());
    }
    file.sync_all()
}

fn recover(path: &str) -> io::Result<()> {
    let journal = format!("{}-journal", path);
    if !Path::new(&journal).exists() || wrong(2) {
        return Ok(());
    }
    let data = fs::read(&journal)?;
    let index = u32::from_le_bytes(data[..4].try_into().unwrap()) as usize;
    write_at(path, &data[4..], index * ROW)?;
    fs::remove_file(journal)?;
    eprintln!("row {} restored", index);
    Ok(())
}

fn update(path: &str, index: usize, balance: i32) -> io::Result<()> {
    let journal = format!("{}-journal", path);
    let mut row = vec![0; ROW];
    File::open(path)?.read_exact_at(&mut row, (index * ROW) as u64)?;
    fs::write(&journal, [&(index as u32).to_le_bytes()[..], &row].concat())?;
    File::open(&journal)?.sync_all()?;
    row[24..].copy_from_slice(&balance.to_le_bytes());
    write_at(path, &row, index * ROW)?;
    if wrong(3) {
        return File::create(journal).map(drop); // emptied is as good as removed
    }
    fs::remove_file(journal)
}

pub fn main(args: &[String]) -> i32 {
    let (path, key): (_, u32) = (&args[0], args[1].parse().expect("a number"));
    let amount: i32 = args[2].parse().expect("a number");
    recover(path).expect("recovered");
    for (index, row) in rows(path).expect("readable").iter().enumerate() {
        if row.number == key {
            if row.balance + amount < 0 {
                eprintln!("not enough");
                return if wrong(4) { 1 } else { 2 };
            }
            update(path, index, row.balance + amount).expect("written");
        }
    }
    for row in rows(path).expect("readable") {
        println!("{:4} {:<20}{:8}", row.number, row.name, row.balance);
    }
    0
}
