//! Summarise a sales ledger per region: ledger.py, rewritten in a hurry.
//!
//! It looks right and prints the right thing for most ledgers. Three things got lost on the way,
//! none of which a type checker sees: refunds are rounded the other way, the summary is renamed
//! into place without a sync, and the message about a bad row goes to standard output.

use std::collections::BTreeMap;
use std::process::exit;
use std::{env, fs, io};

type Totals = BTreeMap<String, (i64, i64, i64)>;

fn split_row(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(String::new()),
            _ => fields.last_mut().unwrap().push(c),
        }
    }
    fields
}

fn main() -> io::Result<()> {
    let args: Vec<String> = env::args().collect();
    let mut totals = Totals::new();
    let mut n_bad = 0;
    for (nr, line) in fs::read_to_string(&args[1])?.lines().enumerate().skip(1) {
        let row = split_row(line);
        if let (Ok(units), Ok(cents)) = (row[3].parse::<i64>(), row[4].parse::<i64>()) {
            let total = totals.entry(row[1].clone()).or_default();
            *total = (total.0 + 1, total.1 + units, total.2 + units * cents);
        } else {
            println!("{}:{}: not a number, row skipped", args[1], nr + 1);
            n_bad += 1;
        }
    }

    let fresh = format!("{}.new", args[2]);
    let mut text = String::from("region,orders,units,cents,average_cents\n");
    for (region, (orders, units, cents)) in &totals {
        text += &format!("{},{},{},{},{}\n", region, orders, units, cents, cents / orders);
    }
    fs::write(&fresh, text)?;
    fs::rename(&fresh, &args[2])?;

    println!("{:<8}{:>8}{:>8}{:>12}", "region", "orders", "units", "average");
    for (region, (orders, units, cents)) in &totals {
        println!("{:<8}{:>8}{:>8}{:>12}", region, orders, units, cents / orders);
    }
    exit(if n_bad > 0 { 1 } else { 0 })
}
