import { testWalks } from './walks.ts';

testWalks('even');
