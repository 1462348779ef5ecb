//! Summarise a sales ledger per region: ledger.py, rewritten.
//!
//! Does what the Python program does, down to the bytes and to the order of write, sync and
//! rename; `equivalent_to` in renacer.toml holds it to that.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::process::ExitCode;

#[derive(Default)]
struct Total {
    orders: i64,
    units: i64,
    cents: i64,
}

impl Total {
    fn add(&mut self, units: i64, unit_cents: i64) {
        self.orders += 1;
        self.units += units;
        self.cents += units * unit_cents;
    }

    /// Rounds down as Python's `//` does; `/` would round a refund towards zero.
    fn average_cents(&self) -> i64 {
        self.cents.div_euclid(self.orders)
    }
}

type Totals = BTreeMap<String, Total>;

/// One row of RFC 4180 without line breaks inside quotes: all that the ledger uses.
fn split_row(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().expect("never empty").push(c),
        }
    }
    fields
}

fn read_ledger(path: &str) -> io::Result<(Totals, usize)> {
    let text = fs::read_to_string(path)?;
    let mut totals = Totals::new();
    let mut n_bad = 0;
    for (nr, line) in text.lines().enumerate().skip(1) {
        let row = split_row(line);
        match (row[3].parse(), row[4].parse()) {
            (Ok(units), Ok(unit_cents)) => {
                totals.entry(row[1].clone()).or_default().add(units, unit_cents)
            }
            _ => {
                eprintln!("{}:{}: not a number, row skipped", path, nr + 1);
                n_bad += 1;
            }
        }
    }
    Ok((totals, n_bad))
}

fn write_summary(path: &str, totals: &Totals) -> io::Result<()> {
    let fresh = format!("{}.new", path);
    let mut text = String::from("region,orders,units,cents,average_cents\n");
    for (region, t) in totals {
        let average = t.average_cents();
        text += &format!("{},{},{},{},{}\n", region, t.orders, t.units, t.cents, average);
    }
    let mut out = File::create(&fresh)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    fs::rename(&fresh, path)
}

fn print_table(totals: &Totals) {
    println!("{:<8}{:>8}{:>8}{:>12}", "region", "orders", "units", "average");
    for (region, t) in totals {
        println!("{:<8}{:>8}{:>8}{:>12}", region, t.orders, t.units, t.average_cents());
    }
}

fn run(sales: &str, summary: &str) -> io::Result<usize> {
    let (totals, n_bad) = read_ledger(sales)?;
    write_summary(summary, &totals)?;
    print_table(&totals);
    Ok(n_bad)
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    if args.len() != 3 {
        eprintln!("usage: ledger SALES SUMMARY");
        return ExitCode::from(2);
    }
    match run(&args[1], &args[2]) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        Err(e) => {
            eprintln!("ledger: {}", e);
            ExitCode::from(3)
        }
    }
}
