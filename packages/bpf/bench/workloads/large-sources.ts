// Sources that take a compiler some seconds.

/** `classes` classes, each with templates of the standard library made for it. */
export function largeCpp(classes: number): string {
  const includes = [
    'algorithm',
    'functional',
    'map',
    'memory',
    'numeric',
    'regex',
    'sstream',
    'string',
    'unordered_map',
    'vector',
  ];
  const one = (i: number) => `
struct Item${i} {
  int id; std::string name; std::vector<double> values;
  bool operator<(const Item${i}& other) const { return id < other.id; }
};
double sum${i}(std::vector<Item${i}>& items) {
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  std::map<std::string, std::shared_ptr<Item${i}>> byName;
  std::unordered_map<int, std::function<double(double)>> functions;
  for (auto& item : items) {
    byName[item.name] = std::make_shared<Item${i}>(item);
    functions[item.id] = [&item](double x) { return x * item.id + item.values.size(); };
  }
  std::ostringstream text;
  for (auto& [name, item] : byName) text << name << item->id;
  std::stable_sort(items.begin(), items.end());
  return std::accumulate(items.begin(), items.end(), double(text.str().size()), [&](double sum, const Item${i}& item) {
    return functions[item.id](sum) + std::accumulate(item.values.begin(), item.values.end(), 0.0);
  });
}
bool matches${i}(const std::string& text) { return std::regex_search(text, std::regex("item-[0-9]{${(i % 7) + 1}}(a|b)*")); }
`;
  const parts = Array.from({ length: classes }, (_, i) => one(i));
  return [...includes.map((name) => `#include <${name}>\n`), ...parts].join('');
}

/** `types` types with everything derived, and generic functions made for each. */
export function largeRust(types: number): string {
  const one = (i: number) => `
#[derive(Debug, Clone, PartialEq, PartialOrd, Default)]
pub struct Item${i} { pub id: u32, pub name: String, pub values: Vec<f64>, pub next: Option<Box<Item${i}>> }
#[derive(Debug, Clone, Hash, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind${i} { None, One(u64), Many(Vec<String>), Named { name: String, id: u32 } }
pub fn sum${i}(items: &mut Vec<Item${i}>) -> f64 {
    items.sort_by(|a, b| a.name.cmp(&b.name).then(b.id.cmp(&a.id)));
    let by_name: BTreeMap<String, Item${i}> = items.iter().map(|item| (item.name.clone(), item.clone())).collect();
    let mut kinds: HashMap<Kind${i}, usize> = HashMap::new();
    for item in items.iter() {
        let kind = match item.id % 4 { 0 => Kind${i}::None, 1 => Kind${i}::One(item.id.into()),
            2 => Kind${i}::Many(vec![item.name.clone(); 3]), _ => Kind${i}::Named { name: item.name.clone(), id: item.id } };
        *kinds.entry(kind).or_default() += format!("{item:?}").len();
    }
    by_name.values().flat_map(|item| item.values.iter().map(|value| value * ${i}.5)).sum::<f64>() + kinds.values().sum::<usize>() as f64
}
`;
  const parts = Array.from({ length: types }, (_, i) => one(i));
  return ['use std::collections::{BTreeMap, HashMap};\n', ...parts].join('');
}
