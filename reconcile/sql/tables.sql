-- The rows of claims. Their rowid is the ordinal by which they are found again: a
-- window function that numbers them would hold all of them in memory.
CREATE TABLE SIDE_cclf1 AS FROM SIDE_metrics.cclf1;
CREATE TABLE SIDE_cclf5 AS FROM SIDE_metrics.cclf5;
CREATE TABLE SIDE_cclf6 AS FROM SIDE_metrics.cclf6;
CREATE TABLE SIDE_cclf7 AS FROM SIDE_metrics.cclf7;
