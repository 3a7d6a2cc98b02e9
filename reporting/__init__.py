"""What is shown: figures, the workbook, the one-file report, tables on the terminal. Computes nothing."""
