"""
The office's reports: one set of numbers as page, paper, Word and workbook.

The parts are loaded one by one: to count takes other libraries than to draw, to write and to print.
"""
