"""Pages of the team on paper: one file of HTML, and PDF. Only `pdf` and what it draws with need Qt."""
