//! A search service: tokenizes, scores and ranks made-up documents.
use std::collections::HashMap;
use std::time::{Duration, Instant};

struct Document {
    terms: Vec<String>,
}

#[inline(never)]
fn make_documents(count: u64) -> Vec<Document> {
    (0..count)
        .map(|d| Document { terms: (0..40).map(|t| format!("term{}", (d * 31 + t * 17) % 500)).collect() })
        .collect()
}

#[inline(never)]
fn count_terms(documents: &[Document]) -> HashMap<&str, u32> {
    let mut counts = HashMap::new();
    for term in documents.iter().flat_map(|d| &d.terms) {
        *counts.entry(term.as_str()).or_insert(0) += 1;
    }
    counts
}

#[inline(never)]
fn rank(documents: &[Document], counts: &HashMap<&str, u32>) -> Vec<usize> {
    let score = |d: &Document| -> f64 { d.terms.iter().map(|t| 1.0 / f64::from(counts[t.as_str()])).sum() };
    let mut order: Vec<usize> = (0..documents.len()).collect();
    order.sort_by(|&a, &b| score(&documents[b]).total_cmp(&score(&documents[a])));
    order
}

fn main() {
    let duty: f64 = std::env::var("DEMO_DUTY").ok().and_then(|d| d.parse().ok()).unwrap_or(0.2);
    loop {
        let start = Instant::now();
        let documents = make_documents(300);
        let counts = count_terms(&documents);
        std::hint::black_box(rank(&documents, &counts));
        std::thread::sleep(Duration::from_secs_f64(start.elapsed().as_secs_f64() * (1.0 / duty - 1.0)));
    }
}
