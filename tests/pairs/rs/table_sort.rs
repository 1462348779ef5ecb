//! Sort a table by several columns, numbers as numbers, some of them downwards; ties stay.

use crate::wrong;
use std::cmp::Ordering;
use std::io::{self, BufRead};

/// Numbers come before words.
fn compare(a: &str, b: &str) -> Ordering {
    if wrong(1) {
        return a.cmp(b);
    }
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(x), Ok(y)) => x.partial_cmp(&y).expect("no NaN"),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        _ => a.cmp(b),
    }
}

pub fn main(columns: &[String]) -> i32 {
    let lines = io::stdin().lock().lines().map(|l| l.expect("text"));
    let mut rows: Vec<Vec<String>> =
        lines.map(|l| l.split('\t').map(str::to_string).collect()).collect();
    let header = rows.remove(0);
    for name in columns.iter().rev() {
        let word = name.trim_start_matches('-');
        let column = header.iter().position(|h| h == word).expect("a column");
        if wrong(2) && name.starts_with('-') {
            // Sorting and turning it round turns the ties round, too.
            rows.sort_by(|a, b| compare(&a[column], &b[column]));
            rows.reverse();
        } else if name.starts_with('-') {
            rows.sort_by(|a, b| compare(&b[column], &a[column]));
        } else {
            rows.sort_by(|a, b| compare(&a[column], &b[column]));
        }
    }
    rows.insert(0, header);
    let width = |i: usize| rows.iter().map(|r| r[i].chars().count()).max().expect("rows");
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, w)| format!("{:<1$}", cell, w));
        println!("{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    0
}
