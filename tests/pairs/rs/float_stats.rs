//! Mean, median, deviation and a regression line of columns of numbers.

use crate::json::{Json, Style};
use crate::wrong;
use std::fs;

struct Stats {
    mean: f64,
    median: f64,
    stdev: f64,
}

fn stats(values: &[f64]) -> Stats {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).expect("no NaN"));
    let half = sorted.len() / 2;
    let median =
        if sorted.len() % 2 == 1 { sorted[half] } else { (sorted[half - 1] + sorted[half]) / 2.0 };
    let squares = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
    let stdev = (squares / if wrong(1) { n } else { n - 1.0 }).sqrt();
    Stats { mean, median, stdev }
}

fn map(pairs: &[(&str, f64)]) -> Json {
    Json::Map(pairs.iter().map(|(k, v)| (k.to_string(), Json::Float(*v))).collect())
}

pub fn main(args: &[String]) -> i32 {
    let text = fs::read_to_string(&args[0]).expect("readable");
    let (mut xs, mut ys) = (vec![], vec![]);
    for line in text.lines() {
        let row: Vec<f64> = line.split_whitespace().map(|c| c.parse().expect("a number")).collect();
        xs.push(row[0]);
        ys.push(row[1]);
    }
    let mut results = vec![];
    for (name, values) in [("x", &xs), ("y", &ys)] {
        let s = stats(values);
        println!("{}: mean {:.4} median {:.4} stdev {:.4}", name, s.mean, s.median, s.stdev);
        let json = map(&[("mean", s.mean), ("median", s.median), ("stdev", s.stdev)]);
        results.push((name.to_string(), json));
    }
    let (mx, my) = (stats(&xs).mean, stats(&ys).mean);
    let products = xs.iter().zip(&ys).map(|(x, y)| (x - mx) * (y - my)).sum::<f64>();
    let mut slope = products / xs.iter().map(|x| (x - mx).powi(2)).sum::<f64>();
    if wrong(2) {
        slope *= 1.0 + 1e-7;
    }
    println!("y = {} x + {}", slope, my - slope * mx);
    results.push(("line".to_string(), map(&[("slope", slope), ("intercept", my - slope * mx)])));
    let style = Style { indent: Some(2), sort_keys: false, ascii: true };
    fs::write(&args[1], Json::Map(results).dump(&style)).expect("written");
    0
}
