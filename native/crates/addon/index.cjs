// Built by `npm run build -w native/crates/addon`; throws when it is not.
module.exports = require('./strata.node');
