//! Decision models in the JDM form of GoRules: read, checked in full, and walked with exact decimals.
//!
//! What a policy may contain is what this file can check before it is used: decision tables and expression nodes whose
//! every cell compiles and reads only what is there. Nodes that run JavaScript, call over the network or reach into other
//! models are refused, and so are functions that ask for chance or the clock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::decision::TraceLine;
use zen_expression::compiler::{FetchFastTarget, Opcode};
use zen_expression::expression::{Expression, Standard, Unary};
use zen_expression::functions::{FunctionKind, InternalFunction};
use zen_expression::variable::Variable;
use zen_expression::vm::VM;
use zen_expression::{Isolate, Scope};
use zen_types::decision::{
    BaseDecisionContent, DecisionNode, DecisionNodeKind, DecisionTableContent, DecisionTableHitPolicy,
    ExpressionNodeContent, TransformAttributes, TransformExecutionMode,
};

use super::PolicyError;

/// A policy people can read has about ten nodes.
const NODES_MAX: usize = 64;
/// A thousand-row table takes half a millisecond; more is a data set, not a policy.
const ROWS_MAX: usize = 1_000;
/// The parser of expressions is recursive: this keeps its depth, and a reader's patience, within bounds.
const EXPRESSION_LENGTH_MAX: usize = 400;

/// Names an expression may read: whole paths, and prefixes below which every name is allowed.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub paths: BTreeSet<String>,
    /// Each ends with a dot.
    pub prefixes: Vec<&'static str>,
}

/// An expression that compiled and reads only known names.
pub type Compiled = Expression<Standard>;

/// A model ready to be walked.
#[derive(Debug, Clone)]
pub struct Model {
    /// In the order in which they are walked.
    nodes: Vec<Node>,
}

#[derive(Debug, Clone)]
struct Node {
    name: Arc<str>,
    /// Positions in [`Model::nodes`] of the nodes whose output this one reads.
    reads: Vec<usize>,
    passes_input_on: bool,
    work: Work,
}

#[derive(Debug, Clone)]
enum Work {
    /// The input node, the output node: nothing of their own.
    Nothing,
    Table(Table),
    /// (key, expression); each may read the ones before it as `$.key`.
    Expressions(Vec<(Arc<str>, Compiled)>),
}

#[derive(Debug, Clone)]
struct Table {
    columns: Vec<Column>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Column {
    /// What a reader sees in the trace.
    name: Arc<str>,
    /// `None`: each cell is a whole expression.
    field: Option<Compiled>,
}

#[derive(Debug, Clone)]
struct Row {
    description: Option<Arc<str>>,
    /// One for each column; `None` takes everything.
    tests: Vec<Option<Test>>,
    /// (key, expression).
    gives: Vec<(Arc<str>, Compiled)>,
}

#[derive(Debug, Clone)]
struct Test {
    text: Arc<str>,
    code: TestCode,
}

#[derive(Debug, Clone)]
enum TestCode {
    OfField(Expression<Unary>),
    Whole(Compiled),
}

/// Everything a walk found out.
#[derive(Debug)]
pub struct Walk {
    /// The input and whatever the nodes added to it.
    pub result: Variable,
    pub trace: Vec<TraceLine>,
}

impl Model {
    /// Checks a model in full. `known` are the names of its input; given back with what the nodes add to them.
    ///
    /// # Errors
    /// The first thing that is wrong, with node, row and cell.
    pub fn load(content: &BaseDecisionContent, known: &Known) -> Result<(Self, Known), PolicyError> {
        if content.nodes.len() > NODES_MAX {
            return Err(unreadable(format!("more than {NODES_MAX} nodes")));
        }
        let order = walking_order(content)?;
        let mut known = known.clone();
        let position: BTreeMap<&str, usize> =
            order.iter().enumerate().map(|(index, node)| (node.id.as_ref(), index)).collect();
        let mut nodes = Vec::with_capacity(order.len());
        for node in &order {
            let sources = content.edges.iter().filter(|edge| edge.target_id == node.id);
            let reads = sources.filter_map(|edge| position.get(edge.source_id.as_ref()).copied()).collect();
            nodes.push(compile_node(node, reads, &known)?);
            known.paths.extend(keys(node).map(str::to_owned));
        }
        Ok((Self { nodes }, known))
    }

    /// Walks the model over `input`, which is left as it is.
    ///
    /// # Errors
    /// [`PolicyError::Evaluation`] when an expression cannot be evaluated on this input, or no row of a table applies.
    pub fn walk(&self, input: &Variable) -> Result<Walk, PolicyError> {
        let mut trace = Vec::new();
        let mut outputs: Vec<Variable> = Vec::with_capacity(self.nodes.len());
        for node in &self.nodes {
            let mut context = match node.reads.as_slice() {
                [] => input.deep_clone(),
                reads => {
                    let mut merged = Variable::empty_object();
                    for output in reads.iter().filter_map(|position| outputs.get(*position)) {
                        merged.merge(&output.deep_clone());
                    }
                    merged
                }
            };
            let made = match &node.work {
                Work::Nothing => Variable::empty_object(),
                Work::Table(table) => table.apply(node, &context, &mut trace)?,
                Work::Expressions(expressions) => evaluate_all(node, expressions, &context, &mut trace)?,
            };
            outputs.push(if node.passes_input_on { context.merge(&made) } else { made });
        }
        Ok(Walk { result: outputs.pop().unwrap_or(Variable::Null), trace })
    }
}

/// Nodes so that each stands after all it reads; the output node last.
fn walking_order(content: &BaseDecisionContent) -> Result<Vec<Arc<DecisionNode>>, PolicyError> {
    let ids: BTreeSet<&str> = content.nodes.iter().map(|node| node.id.as_ref()).collect();
    if ids.len() != content.nodes.len() {
        return Err(unreadable("two nodes have one id"));
    }
    if let Some(edge) = content
        .edges
        .iter()
        .find(|edge| !ids.contains(edge.source_id.as_ref()) || !ids.contains(edge.target_id.as_ref()))
    {
        return Err(unreadable(format!("edge {} leads to no node", edge.id)));
    }
    for (kind, count) in [
        ("input", content.nodes.iter().filter(|node| matches!(node.kind, DecisionNodeKind::InputNode { .. })).count()),
        (
            "output",
            content.nodes.iter().filter(|node| matches!(node.kind, DecisionNodeKind::OutputNode { .. })).count(),
        ),
    ] {
        if count != 1 {
            return Err(unreadable(format!("{count} {kind} nodes, one is needed")));
        }
    }
    let mut waiting: Vec<Arc<DecisionNode>> = content.nodes.clone();
    // The result is what the last node gives.
    waiting.sort_by_key(|node| matches!(node.kind, DecisionNodeKind::OutputNode { .. }));
    let mut placed: BTreeSet<Arc<str>> = BTreeSet::new();
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = waiting.iter().position(|node| {
            content.edges.iter().filter(|edge| edge.target_id == node.id).all(|edge| placed.contains(&edge.source_id))
        });
        let Some(ready) = ready else { return Err(unreadable("the nodes form a circle")) };
        let node = waiting.remove(ready);
        placed.insert(node.id.clone());
        order.push(node);
    }
    let ends_in_output = order.last().is_some_and(|node| matches!(node.kind, DecisionNodeKind::OutputNode { .. }));
    let loose = order.iter().find(|node| {
        let is_input = matches!(node.kind, DecisionNodeKind::InputNode { .. });
        !is_input && !content.edges.iter().any(|edge| edge.target_id == node.id)
    });
    match (ends_in_output, loose) {
        (true, None) => Ok(order),
        (false, _) => Err(unreadable("a node stands behind the output node")),
        (true, Some(node)) => Err(unreadable(format!("nothing leads to node {}", node.name))),
    }
}

/// What a node adds to the context.
fn keys(node: &DecisionNode) -> Box<dyn Iterator<Item = &str> + '_> {
    match &node.kind {
        DecisionNodeKind::DecisionTableNode { content } => {
            Box::new(content.outputs.iter().map(|output| output.field.as_ref()))
        }
        DecisionNodeKind::ExpressionNode { content } => {
            Box::new(content.expressions.iter().map(|expression| expression.key.as_ref()))
        }
        _ => Box::new(std::iter::empty()),
    }
}

fn compile_node(node: &DecisionNode, reads: Vec<usize>, known: &Known) -> Result<Node, PolicyError> {
    let refuse = |kind: &'static str| PolicyError::NodeRefused { node: node.name.to_string(), kind };
    let (work, passes_input_on) = match &node.kind {
        DecisionNodeKind::InputNode { .. } | DecisionNodeKind::OutputNode { .. } => (Work::Nothing, true),
        DecisionNodeKind::DecisionTableNode { content } => {
            plain(&content.transform_attributes, &node.name)?;
            (Work::Table(compile_table(&node.name, content, known)?), content.transform_attributes.pass_through)
        }
        DecisionNodeKind::ExpressionNode { content } => {
            plain(&content.transform_attributes, &node.name)?;
            let expressions = compile_expressions(&node.name, content, known)?;
            (Work::Expressions(expressions), content.transform_attributes.pass_through)
        }
        DecisionNodeKind::FunctionNode { .. } => return Err(refuse("function (JavaScript)")),
        DecisionNodeKind::CustomNode { .. } => return Err(refuse("custom")),
        DecisionNodeKind::DecisionNode { .. } => return Err(refuse("decision (another model)")),
        DecisionNodeKind::SwitchNode { .. } => return Err(refuse("switch")),
    };
    Ok(Node { name: node.name.clone(), reads, passes_input_on, work })
}

fn plain(attributes: &TransformAttributes, node: &str) -> Result<(), PolicyError> {
    let plain = attributes.input_field.is_none()
        && attributes.output_path.is_none()
        && attributes.execution_mode == TransformExecutionMode::Single;
    if plain {
        return Ok(());
    }
    Err(unreadable(format!("node {node}: inputField, outputPath and loops are not supported")))
}

fn compile_expressions(
    node: &str,
    content: &ExpressionNodeContent,
    known: &Known,
) -> Result<Vec<(Arc<str>, Compiled)>, PolicyError> {
    let mut known = known.clone();
    let mut compiled = Vec::with_capacity(content.expressions.len());
    for (row, expression) in (1_usize..).zip(content.expressions.iter()) {
        let cell = Cell { node, row: Some(row), column: &expression.key };
        compiled.push((expression.key.clone(), compile(&expression.value, &known).map_err(|why| cell.broken(why))?));
        known.paths.insert(format!("$.{}", expression.key));
    }
    Ok(compiled)
}

fn compile_table(node: &str, content: &DecisionTableContent, known: &Known) -> Result<Table, PolicyError> {
    if content.hit_policy != DecisionTableHitPolicy::First {
        return Err(unreadable(format!("node {node}: only the hit policy `first` is supported")));
    }
    if content.rules.len() > ROWS_MAX {
        return Err(unreadable(format!("node {node}: more than {ROWS_MAX} rows")));
    }
    let mut columns = Vec::with_capacity(content.inputs.len());
    for input in content.inputs.iter() {
        let cell = Cell { node, row: None, column: &input.name };
        let field = input.field.as_ref().map(|field| compile(field, known)).transpose();
        columns.push(Column { name: input.name.clone(), field: field.map_err(|why| cell.broken(why))? });
    }
    let mut rows = Vec::with_capacity(content.rules.len());
    for (number, rule) in (1_usize..).zip(content.rules.iter()) {
        let ids: BTreeSet<&str> = rule.keys().map(AsRef::as_ref).collect();
        let columns_known = content.inputs.iter().map(|input| &input.id);
        let known_ids: BTreeSet<&str> =
            columns_known.chain(content.outputs.iter().map(|output| &output.id)).map(AsRef::as_ref).collect();
        if let Some(stray) = ids.difference(&known_ids).find(|id| !id.starts_with('_')) {
            return Err(Cell { node, row: Some(number), column: stray }.broken("no such column".to_owned()));
        }
        let mut tests = Vec::with_capacity(columns.len());
        for (input, column) in content.inputs.iter().zip(&columns) {
            let cell = Cell { node, row: Some(number), column: &input.name };
            let text = rule.get(&input.id).filter(|text| !text.is_empty() && text.as_ref() != "-");
            let test = text.map(|text| {
                let code = match column.field {
                    Some(_) => TestCode::OfField(compile_unary(text, known)?),
                    None => TestCode::Whole(compile(text, known)?),
                };
                Ok(Test { text: text.clone(), code })
            });
            tests.push(test.transpose().map_err(|why: String| cell.broken(why))?);
        }
        let mut gives = Vec::with_capacity(content.outputs.len());
        for output in content.outputs.iter() {
            let cell = Cell { node, row: Some(number), column: &output.field };
            let text = rule.get(&output.id).filter(|text| !text.is_empty());
            let text = text.ok_or_else(|| cell.broken("empty".to_owned()))?;
            gives.push((output.field.clone(), compile(text, known).map_err(|why| cell.broken(why))?));
        }
        rows.push(Row { description: rule.get("_description").cloned(), tests, gives });
    }
    Ok(Table { columns, rows })
}

/// Where in a policy something is wrong.
struct Cell<'a> {
    node: &'a str,
    /// From 1; `None` for a column's heading.
    row: Option<usize>,
    column: &'a str,
}

impl Cell<'_> {
    fn broken(&self, detail: String) -> PolicyError {
        PolicyError::BrokenCell {
            node: self.node.to_owned(),
            row: self.row.map_or_else(|| "heading".to_owned(), |row| row.to_string()),
            column: self.column.to_owned(),
            detail,
        }
    }
}

/// Compiles a whole expression.
///
/// # Errors
/// Why it cannot be used, in words.
pub fn compile(text: &str, known: &Known) -> Result<Compiled, String> {
    bounded(text)?;
    let compiled = Isolate::new().compile_standard(text).map_err(|why| why.to_string())?;
    check_code(compiled.bytecode(), known)?;
    Ok(compiled)
}

fn compile_unary(text: &str, known: &Known) -> Result<Expression<Unary>, String> {
    bounded(text)?;
    let compiled = Isolate::new().compile_unary(text).map_err(|why| why.to_string())?;
    check_code(compiled.bytecode(), known)?;
    Ok(compiled)
}

fn bounded(text: &str) -> Result<(), String> {
    if text.len() > EXPRESSION_LENGTH_MAX {
        return Err(format!("longer than {EXPRESSION_LENGTH_MAX} bytes"));
    }
    Ok(())
}

/// A misspelt name would read as null and a rule would silently never apply; chance or the clock would make a decision
/// that nobody can repeat.
fn check_code(code: &[Opcode], known: &Known) -> Result<(), String> {
    for step in code {
        match step {
            Opcode::FetchEnv(name) if name.as_ref() != "$" => known.check(name)?,
            Opcode::FetchFast(path) => {
                let mut parts = Vec::with_capacity(path.len());
                for part in path {
                    match part {
                        FetchFastTarget::Begin => {}
                        FetchFastTarget::String(name) => parts.push(name.as_ref()),
                        FetchFastTarget::Root | FetchFastTarget::Number(_) => {
                            return Err("only names joined by dots can be read".to_owned());
                        }
                    }
                }
                known.check(&parts.join("."))?;
            }
            Opcode::FetchRootEnv | Opcode::AssignedObjectBegin => {
                return Err("neither $root nor assignments are supported".to_owned());
            }
            Opcode::CallFunction { kind, .. } if !is_repeatable(kind) => {
                return Err("a function that is not allowed here".to_owned());
            }
            Opcode::CallMethod { .. } => return Err("methods of dates may read the clock".to_owned()),
            _ => {}
        }
    }
    Ok(())
}

/// Arithmetic, and questions about lists. What is not named here may read the clock, ask for chance or make text.
fn is_repeatable(function: &FunctionKind) -> bool {
    use InternalFunction as Function;
    match function {
        FunctionKind::Closure(_) => true,
        FunctionKind::Deprecated(_) => false,
        FunctionKind::Internal(function) => matches!(
            function,
            Function::Len
                | Function::Contains
                | Function::Abs
                | Function::Sum
                | Function::Min
                | Function::Max
                | Function::Floor
                | Function::Ceil
                | Function::Round
                | Function::Trunc
                | Function::Bool
                | Function::Number
        ),
    }
}

impl Known {
    fn check(&self, path: &str) -> Result<(), String> {
        let known = self.paths.contains(path) || self.prefixes.iter().any(|prefix| path.starts_with(prefix));
        if known { Ok(()) } else { Err(format!("nothing is called `{path}`")) }
    }
}

/// Evaluates `expression` over `context`.
///
/// # Errors
/// Why it cannot be evaluated, in words.
pub fn evaluate(expression: &Compiled, context: &Variable) -> Result<Variable, String> {
    expression.evaluate_with_scope(&Scope::new(context.shallow_clone()), &mut VM::new()).map_err(|why| why.to_string())
}

fn evaluate_all(
    node: &Node,
    expressions: &[(Arc<str>, Compiled)],
    context: &Variable,
    trace: &mut Vec<TraceLine>,
) -> Result<Variable, PolicyError> {
    let made = Variable::empty_object();
    for (key, expression) in expressions {
        let mut scope = Scope::new(context.shallow_clone());
        scope.set_local(Variable::dollar_key(), made.shallow_clone());
        let value = expression
            .evaluate_with_scope(&scope, &mut VM::new())
            .map_err(|why| node.failed(&format!("{key}: {why}")))?;
        trace.push(node.line(format!("{key} = {}", show(&value))));
        made.dot_insert(key, value);
    }
    Ok(made)
}

impl Table {
    fn apply(&self, node: &Node, context: &Variable, trace: &mut Vec<TraceLine>) -> Result<Variable, PolicyError> {
        let mut values = Vec::with_capacity(self.columns.len());
        for column in &self.columns {
            let value = column.field.as_ref().map(|field| evaluate(field, context)).transpose();
            values.push(value.map_err(|why| node.failed(&format!("column {}: {why}", column.name)))?);
        }
        for (number, row) in (1_usize..).zip(&self.rows) {
            let named = row.description.as_ref().map_or(String::new(), |text| format!(" ({text})"));
            let failed = self
                .first_failure(row, &values, context)
                .map_err(|why| node.failed(&format!("row {number}: {why}")))?;
            if let Some(failure) = failed {
                trace.push(node.line(format!("row {number}{named} does not apply: {failure}")));
                continue;
            }
            let made = Variable::empty_object();
            let mut shown = Vec::with_capacity(row.gives.len());
            for (key, expression) in &row.gives {
                let value =
                    evaluate(expression, context).map_err(|why| node.failed(&format!("row {number}, {key}: {why}")))?;
                shown.push(format!("{key} = {}", show(&value)));
                made.dot_insert(key, value);
            }
            trace.push(node.line(format!("row {number}{named} applies: {}", shown.join(", "))));
            return Ok(made);
        }
        Err(node.failed("no row applies"))
    }

    /// The first column of the row that does not fit, with what it needs and what was there.
    fn first_failure(
        &self,
        row: &Row,
        values: &[Option<Variable>],
        context: &Variable,
    ) -> Result<Option<String>, String> {
        for ((column, value), test) in self.columns.iter().zip(values).zip(&row.tests) {
            let Some(test) = test else { continue };
            let fits = match (&test.code, value) {
                (TestCode::OfField(code), Some(value)) => {
                    let mut scope = Scope::new(context.shallow_clone());
                    scope.set_local(Variable::dollar_key(), value.shallow_clone());
                    match code.evaluate_with_scope(&scope, &mut VM::new()) {
                        Ok(fits) => fits,
                        // What is not known satisfies nothing but a test for `null`.
                        Err(_) if matches!(value, Variable::Null) => false,
                        Err(why) => return Err(format!("{}: {why}", column.name)),
                    }
                }
                (TestCode::Whole(code), _) => {
                    let result = evaluate(code, context).map_err(|why| format!("{}: {why}", column.name))?;
                    result.as_bool().ok_or_else(|| format!("{}: neither true nor false", column.name))?
                }
                (TestCode::OfField(_), None) => return Err(format!("{}: no value", column.name)),
            };
            if !fits {
                let is = value.as_ref().map_or_else(String::new, |value| format!(" is {},", show(value)));
                return Ok(Some(format!("{}{is} needs {}", column.name, test.text)));
            }
        }
        Ok(None)
    }
}

impl Node {
    fn line(&self, text: String) -> TraceLine {
        TraceLine { node: self.name.as_ref().into(), text }
    }

    fn failed(&self, detail: &str) -> PolicyError {
        PolicyError::Evaluation { node: self.name.to_string(), detail: detail.to_owned() }
    }
}

/// At most six digits after the point: enough for a rate, and short enough to read.
fn show(value: &Variable) -> String {
    match value {
        Variable::Number(number) => number.round_dp(6).normalize().to_string(),
        Variable::Null => "unknown".to_owned(),
        other => other.to_string(),
    }
}

fn unreadable(detail: impl Into<String>) -> PolicyError {
    PolicyError::Unreadable { detail: detail.into() }
}
