//! Days between dates, weekdays, weeks, and dates moved by days: one request a line.

use crate::wrong;
use std::io::{self, BufRead};

const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (wrong(1) || year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + is_leap(year) as i64,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since the day before 0001-01-01, which was a Monday.
fn to_days(year: i64, month: i64, day: i64) -> i64 {
    let years = (1..year).map(|y| 365 + is_leap(y) as i64).sum::<i64>();
    years + (1..month).map(|m| days_in(year, m)).sum::<i64>() + day
}

fn from_days(mut days: i64) -> (i64, i64, i64) {
    let (mut year, mut month) = (1, 1);
    while days > 365 + is_leap(year) as i64 {
        days -= 365 + is_leap(year) as i64;
        year += 1;
    }
    while days > days_in(year, month) {
        days -= days_in(year, month);
        month += 1;
    }
    (year, month, days)
}

fn parse(text: &str) -> Option<i64> {
    let parts: Vec<i64> = text.split('-').map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let (y, m, d) = (*parts.first()?, *parts.get(1)?, *parts.get(2)?);
    let good = text.len() == 10 && (1..=12).contains(&m) && (1..=days_in(y, m)).contains(&d);
    good.then(|| to_days(y, m, d))
}

/// The number of the ISO week: the week of its Thursday.
fn iso_week(days: i64) -> i64 {
    let thursday = days - (days - 1) % 7 + 3;
    let (year, _, _) = from_days(thursday);
    (thursday - to_days(year, 1, 1)) / 7 + 1
}

fn answer(words: &[&str]) -> Option<String> {
    let days = parse(words[0])?;
    Some(match words[1] {
        "+" => {
            let days = days + words[2].parse::<i64>().ok()?;
            let (y, m, d) = from_days(days);
            let weekday = WEEKDAYS[((days - 1) % 7) as usize];
            format!("{:04}-{:02}-{:02} {}", y, m, d, weekday)
        }
        "to" => format!("{} days", parse(words[2])? - days + wrong(2) as i64),
        _ => {
            let (year, _, _) = from_days(days);
            format!("day {}, week {}", days - to_days(year, 1, 1) + 1, iso_week(days))
        }
    })
}

pub fn main(_: &[String]) -> i32 {
    let mut status = 0;
    for (i, line) in io::stdin().lock().lines().enumerate() {
        let line = line.expect("text");
        match answer(&line.split_whitespace().collect::<Vec<_>>()) {
            Some(text) => println!("{}", text),
            None => {
                eprintln!("line {}: no date", i + 1);
                status = 1;
            }
        }
    }
    status
}
