"""Documents as PDF: lists and sheets, laid out by us page by page, drawn by wkhtmltopdf, mended by pypdf."""
