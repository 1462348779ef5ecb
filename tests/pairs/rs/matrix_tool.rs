//! Multiply matrices, invert one, and tell whether it is what it should be. The inverse is
//! computed another way than the original does it, so its last digits differ.

use crate::wrong;
use std::fs;

type Matrix = Vec<Vec<f64>>;

fn multiply(a: &Matrix, b: &Matrix) -> Matrix {
    let n = b[0].len();
    let cell = |row: &Vec<f64>, j: usize| row.iter().zip(b).rev().map(|(x, r)| x * r[j]).sum();
    a.iter().map(|row| (0..n).map(|j| cell(row, j)).collect()).collect()
}

fn minor(m: &Matrix, i: usize, j: usize) -> Matrix {
    let rows = m.iter().enumerate().filter(|(r, _)| *r != i);
    let cells =
        |row: &Vec<f64>| row.iter().enumerate().filter(|(c, _)| *c != j).map(|(_, x)| *x).collect();
    rows.map(|(_, row)| cells(row)).collect()
}

fn determinant(m: &Matrix) -> f64 {
    if m.len() == 1 {
        return m[0][0];
    }
    let sign = |j: usize| if j % 2 == 0 { 1.0 } else { -1.0 };
    (0..m.len()).map(|j| sign(j) * m[0][j] * determinant(&minor(m, 0, j))).sum()
}

/// By cofactors: the adjugate over the determinant.
fn invert(m: &Matrix) -> Matrix {
    let (n, d) = (m.len(), determinant(m));
    let cell = |i: usize, j: usize| {
        let (i, j) = if wrong(1) { (i, j) } else { (j, i) };
        let sign = if (i + j) % 2 == 0 { 1.0 } else { -1.0 };
        sign * determinant(&minor(m, i, j)) / d
    };
    (0..n).map(|i| (0..n).map(|j| cell(i, j)).collect()).collect()
}

pub fn main(args: &[String]) -> i32 {
    let text = fs::read_to_string(&args[0]).expect("readable");
    let read = |block: &str| -> Matrix {
        let row = |l: &str| l.split_whitespace().map(|x| x.parse().expect("a number")).collect();
        block.trim().lines().map(row).collect()
    };
    let matrices: Vec<Matrix> = text.split("\n\n").map(read).collect();
    let (a, b) = (&matrices[0], &matrices[1]);
    let inverse = invert(a);
    for row in multiply(a, b).iter().chain(&inverse) {
        let row: Vec<f64> = if wrong(2) {
            row.iter().map(|x| (x * 1e6).round() / 1e6).collect()
        } else {
            row.clone()
        };
        println!("{:?}", row);
    }
    let unit = multiply(&inverse, a);
    let near = |i: usize, j: usize| (unit[i][j] - (i == j) as u8 as f64).abs() < 1e-9;
    let good = (0..a.len()).all(|i| (0..a.len()).all(|j| near(i, j)));
    println!("inverse holds: {}", good != wrong(3));
    0
}
