/** Prints as well as it shows. */
export const STYLE = `
:root{color-scheme:light;font:13px/1.45 Inter,"Segoe UI",system-ui,sans-serif;font-variant-numeric:tabular-nums;color:#14191f;background:#fff}
body{max-width:1180px;margin:0 auto;padding:24px}
h1{font-size:20px}h2{margin:28px 0 8px;font-size:15px}h3{margin:12px 0 4px;font-size:13px}
.notice{color:#b3261e;font-weight:600}
table{border-collapse:collapse;width:100%;margin:8px 0;font-size:12px;display:block;overflow-x:auto}
th,td{padding:3px 10px 3px 0;border-bottom:1px solid #d5dce3;text-align:right;white-space:nowrap;font-weight:400}
th:first-child{text-align:left}thead th{color:#4f5c69}tfoot>tr>*{font-weight:600}
.ci{color:#4f5c69}
section{break-inside:avoid}.charts{display:flex;flex-wrap:wrap;gap:12px}svg{width:300px;font-size:10px}
svg text{fill:#4f5c69}svg .title{fill:#14191f;font-weight:600;font-size:11px}
rect{fill:none;stroke:#d5dce3}.diagonal{stroke:#7d8996;stroke-dasharray:3 3}
.line{fill:none;stroke-width:1.5}.line.raw{stroke:#0067a3}.line.calibrated{stroke:#4cc2ff}circle.raw{fill:#0067a3}circle.calibrated{fill:#4cc2ff}
.band{fill:#0067a3;opacity:.15}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px}dt{color:#4f5c69}dd{margin:0;overflow-wrap:anywhere}
`
