"""After the money: asking people whether they received it, and reading the lists for what no honest list has.

An exercise asks all the paid orders of a round, or a sample whose size follows from the precision wanted, drawn by a
seed that is kept: anyone draws the same again. Answers give estimates with their intervals. What an answer or a rule
finds wrong is a finding, which waits until a person has dealt with it.
"""
